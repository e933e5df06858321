import { ns } from '../namespaces.ts';
import { XmlElement, type XmlNode } from './element.ts';

const textEscapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\r', '&#xD;'],
  ['\n', '&#xA;'],
  ['\t', '&#x9;'],
]);

const escapeText = (text: string): string =>
  /[&<>\r]/.test(text) ? text.replace(/[&<>\r]/g, (character) => textEscapes.get(character) ?? character) : text;

const escapeAttribute = (text: string): string =>
  /[&<>"\r\n\t]/.test(text)
    ? text.replace(/[&<>"\r\n\t]/g, (character) => textEscapes.get(character) ?? character)
    : text;

const writeNode = (node: XmlNode, parentNamespace: string): string => {
  if (typeof node === 'string') return escapeText(node);
  return node instanceof XmlElement ? writeElement(node, parentNamespace) : node.xml;
};

const writeElement = (node: XmlElement, parentNamespace: string): string => {
  // Clients that do not resolve prefixes expect `stream:features` and `stream:error` by name.
  const isStream = node.namespace === ns.streams;
  const name = isStream ? `stream:${node.name}` : node.name;
  let open = `<${name}`;
  if (isStream) open += ` xmlns:stream="${ns.streams}"`;
  else if (node.namespace !== parentNamespace) open += ` xmlns="${escapeAttribute(node.namespace)}"`;
  let prefixes = 0;
  for (const [key, value] of node.attributes) {
    const end = key.startsWith('{') ? key.lastIndexOf('}') : -1;
    if (end < 0) {
      open += ` ${key}="${escapeAttribute(value)}"`;
    } else {
      const prefix = `a${prefixes++}`;
      open += ` xmlns:${prefix}="${escapeAttribute(key.slice(1, end))}" ${prefix}:${key.slice(end + 1)}="${escapeAttribute(value)}"`;
    }
  }
  if (node.children.length === 0) return `${open}/>`;
  const inner = isStream ? parentNamespace : node.namespace;
  let content = '';
  for (const child of node.children) content += writeNode(child, inner);
  return `${open}>${content}</${name}>`;
};

/** The element as a document of its own: it declares its namespace, as RFC 7395 §3.3.3 wants it. */
export const serialize = (root: XmlElement): string => writeElement(root, '');
