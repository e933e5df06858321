/** The part of @xmpp/client, which comes without types, that the tests use. */
declare module '@xmpp/client' {
  export interface Element {
    attrs: Record<string, string>;
    is(name: string, namespace?: string): boolean;
    getChild(name: string, namespace?: string): Element | undefined;
    getChildren(name: string): Element[];
    getChildText(name: string): string | null;
  }

  export interface XmppClient {
    iqCaller: { get(child: Element, to?: string): Promise<Element | undefined> };
    start(): Promise<{ toString(): string }>;
    stop(): Promise<unknown>;
    send(stanza: Element): Promise<void>;
    on(event: 'stanza', listener: (stanza: Element) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
  }

  export function client(options: {
    service: string;
    domain: string;
    username: string;
    password: string;
    resource?: string;
  }): XmppClient;

  export function xml(name: string, attributes?: string | Record<string, string>, ...children: unknown[]): Element;
}
