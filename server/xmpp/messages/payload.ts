/** What a message carries decides where copies of it go. */
import { ns } from '../namespaces.ts';
import { element, type XmlElement } from '../xml/element.ts';

const hint = (message: XmlElement, name: string): boolean => message.child(name, ns.hints) !== undefined;

const isBookkeeping = (child: XmlElement): boolean =>
  child.namespace === ns.chatStates ||
  child.namespace === ns.hints ||
  child.namespace === ns.stanzaId ||
  child.namespace === ns.delay ||
  (child.namespace === ns.carbons && child.name === 'private') ||
  (child.namespace === ns.client && (child.name === 'thread' || child.name === 'subject'));

const typeOf = (message: XmlElement): string => message.attribute('type') ?? 'normal';

/** Carries only a chat state (XEP-0085): worth something only now. */
export const isChatState = (message: XmlElement): boolean =>
  message.child(null, ns.chatStates) !== undefined && message.elements().every(isBookkeeping);

/** Belongs into the archives: says something, marks something or is asked to be kept (XEP-0313, XEP-0334). */
export const isArchived = (message: XmlElement): boolean => {
  const type = typeOf(message);
  if (type !== 'chat' && type !== 'normal') return false;
  if (hint(message, 'no-store') || hint(message, 'no-permanent-store')) return false;
  return hint(message, 'store') || message.elements().some((child) => !isBookkeeping(child));
};

/** Other devices of sender and recipient get a copy (XEP-0280 §6.1). */
export const isCopied = (message: XmlElement): boolean => {
  const type = typeOf(message);
  if (type !== 'chat' && type !== 'normal') return false;
  if (message.child('private', ns.carbons) || hint(message, 'no-copy')) return false;
  return type === 'chat' || message.elements().length > 0;
};

/** What the sender calls the message, short enough to be remembered. */
export const originIdOf = (message: XmlElement): string | null => {
  const id = message.child('origin-id', ns.stanzaId)?.attribute('id');
  return id && id.length <= 256 ? id : null;
};

/**
 * The message as it goes on: sender stamped, and without what only a server may say (stanza ids,
 * carbon and archive wrappers, a delay in the server's name) or what is meant for the server only.
 */
export const asForwarded = (message: XmlElement, from: string, domain: string): XmlElement => {
  const passes = (child: XmlElement): boolean =>
    !(child.namespace === ns.stanzaId && child.name === 'stanza-id') &&
    child.namespace !== ns.carbons &&
    child.namespace !== ns.mam &&
    !(child.namespace === ns.delay && child.attribute('from') === domain);
  const own = message.elements();
  const dropped = new Set(own.filter((child) => !passes(child)));
  return message.with(
    { from },
    message.children.filter((child) => !dropped.has(child as XmlElement)),
  );
};

/** With the id the owner's archive knows it by (XEP-0359). */
export const withStanzaId = (message: XmlElement, owner: string, id: bigint | string): XmlElement =>
  message.with({}, [...message.children, element('stanza-id', ns.stanzaId, { by: owner, id: id.toString() })]);
