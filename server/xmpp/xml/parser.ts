import { SaxesParser } from 'saxes';
import { XmlElement } from './element.ts';

/** RFC 6120 §4.9.3 conditions a frame can be refused with. */
export type FrameRefusal = 'not-well-formed' | 'restricted-xml' | 'policy-violation';

export type ParsedFrame = { ok: true; element: XmlElement } | { ok: false; condition: FrameRefusal };

/** Far above what real stanzas need; below what could hurt. */
const limits = { depth: 64, attributes: 64, elements: 5_000 };

class Refused extends Error {
  readonly condition: FrameRefusal;

  constructor(condition: FrameRefusal) {
    super(condition);
    this.condition = condition;
  }
}

const refuse = (condition: FrameRefusal) => (): never => {
  throw new Refused(condition);
};

const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';
const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

/**
 * Parses one WebSocket frame: exactly one element (RFC 7395 §3.3.3), no document type, processing
 * instruction, comment or XML declaration (RFC 6120 §11.1), within the limits. Never throws.
 */
export const parseFrame = (text: string): ParsedFrame => {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  let elements = 0;
  let attributes = 0;

  parser.on('error', refuse('not-well-formed'));
  parser.on('doctype', refuse('restricted-xml'));
  parser.on('processinginstruction', refuse('restricted-xml'));
  parser.on('comment', refuse('restricted-xml'));
  parser.on('xmldecl', refuse('restricted-xml'));
  parser.on('opentagstart', () => {
    attributes = 0;
    elements += 1;
    if (elements > limits.elements || open.length >= limits.depth) throw new Refused('policy-violation');
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > limits.attributes) throw new Refused('policy-violation');
  });
  parser.on('opentag', (tag) => {
    const map = new Map<string, string>();
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.uri === xmlnsNamespace || attribute.name === 'xmlns') continue;
      if (attribute.uri === '') map.set(attribute.local, attribute.value);
      else if (attribute.uri === xmlNamespace) map.set(`xml:${attribute.local}`, attribute.value);
      else map.set(`{${attribute.uri}}${attribute.local}`, attribute.value);
    }
    const node = new XmlElement(tag.local, tag.uri, map, []);
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (content: string): void => {
    open.at(-1)?.children.push(content);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);

  try {
    parser.write(text).close();
  } catch (error) {
    return { ok: false, condition: error instanceof Refused ? error.condition : 'not-well-formed' };
  }
  return root ? { ok: true, element: root } : { ok: false, condition: 'not-well-formed' };
};
