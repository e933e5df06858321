/**
 * Results of archive queries (XEP-0313) past the library's import. Its import translates every extension of every
 * forwarded message, which is most of the work of catching up on thousands; the chat needs a dozen fields.
 */
import type { JXT, Stanzas } from 'stanza';
import { bareOf } from './wire-messages.ts';

const ns = {
  client: 'jabber:client',
  mam: 'urn:xmpp:mam:2',
  forward: 'urn:xmpp:forward:0',
  delay: 'urn:xmpp:delay',
  stanzaIds: 'urn:xmpp:sid:0',
  chatStates: 'http://jabber.org/protocol/chatstates',
  receipts: 'urn:xmpp:receipts',
  markers: 'urn:xmpp:chat-markers:0',
} as const;

type Xml = JXT.XMLElement;

/** A message that carries nothing but a result, as the library hands it on to whoever asked; `null`: something else. */
export const archiveResultOf = (xml: Xml): Stanzas.ReceivedMessage | null => {
  if (xml.getName() !== 'message' || xml.getNamespace() !== ns.client) return null;
  const result = xml.getChild('result', ns.mam);
  const forwarded = result?.getChild('forwarded', ns.forward);
  const message = forwarded?.getChild('message', ns.client);
  if (!result || !forwarded || !message) return null;
  const stamp = forwarded.getChild('delay', ns.delay)?.getAttribute('stamp');
  // Only the own account's archive is ever asked; the library compares the sender with it.
  const from = bareOf(xml.getAttribute('from')) ?? undefined;
  return {
    from,
    to: xml.getAttribute('to'),
    archive: {
      version: '2',
      id: result.getAttribute('id') ?? '',
      queryId: result.getAttribute('queryid'),
      item: {
        ...(stamp === undefined ? {} : { delay: { timestamp: new Date(stamp) } }),
        message: messageOf(message),
      },
    },
  } as Stanzas.ReceivedMessage;
};

/** What `wireMessageOf` reads. */
const messageOf = (xml: Xml): Stanzas.Message => {
  const message: Record<string, unknown> = {
    id: xml.getAttribute('id'),
    from: xml.getAttribute('from'),
    to: xml.getAttribute('to'),
    type: xml.getAttribute('type'),
  };
  for (const child of xml.children) {
    if (typeof child === 'string') continue;
    const name = child.getName();
    switch (child.getNamespace()) {
      case ns.client:
        // Of several languages the one without a name is the message's own.
        if (name === 'body' && (message.body === undefined || child.getAttribute('xml:lang') === undefined)) {
          message.body = child.getText();
        }
        break;
      case ns.stanzaIds:
        if (name === 'origin-id') message.originId ??= child.getAttribute('id');
        break;
      case ns.chatStates:
        message.chatState ??= name;
        break;
      case ns.receipts:
        message.receipt ??= { type: name, id: child.getAttribute('id') };
        break;
      case ns.markers:
        message.marker ??= { type: name, id: child.getAttribute('id') };
        break;
    }
  }
  return message as Stanzas.Message;
};
