/** Ready-made XML that names its own namespaces, such as a stanza out of the archive. */
export interface XmlFragment {
  readonly xml: string;
}

export type XmlNode = XmlElement | XmlFragment | string;

/**
 * One XML element: local name, namespace, attributes and children. Attributes without a namespace go
 * by their name, `xml:lang` by that name, others as `{namespace}name`.
 */
export class XmlElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Map<string, string>;
  children: XmlNode[];

  constructor(name: string, namespace: string, attributes: Map<string, string>, children: XmlNode[]) {
    this.name = name;
    this.namespace = namespace;
    this.attributes = attributes;
    this.children = children;
  }

  attribute(name: string): string | undefined {
    return this.attributes.get(name);
  }

  is(name: string, namespace: string): boolean {
    return this.name === name && this.namespace === namespace;
  }

  /** Child elements, without text and fragments. */
  elements(): XmlElement[] {
    return this.children.filter((child) => child instanceof XmlElement);
  }

  /** First child element of this name (any name: `null`) and namespace. */
  child(name: string | null, namespace: string): XmlElement | undefined {
    return this.elements().find((child) => (name === null || child.name === name) && child.namespace === namespace);
  }

  /** Direct text content. */
  text(): string {
    return this.children.filter((child) => typeof child === 'string').join('');
  }

  /** A copy with other attributes set (or, with `undefined`, removed); shares its children. */
  with(attributes: Record<string, string | undefined>, children: XmlNode[] = this.children): XmlElement {
    const copy = new Map(this.attributes);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined) copy.delete(name);
      else copy.set(name, value);
    }
    return new XmlElement(this.name, this.namespace, copy, [...children]);
  }
}

/** Builds an element; attributes with `undefined` and children that are `undefined` are left out. */
export const element = (
  name: string,
  namespace: string,
  attributes: Record<string, string | undefined> = {},
  ...children: (XmlNode | undefined)[]
): XmlElement => {
  const map = new Map<string, string>();
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) map.set(key, value);
  return new XmlElement(
    name,
    namespace,
    map,
    children.filter((child) => child !== undefined),
  );
};
