/**
 * The way of a message: checked, stamped, stored in both archives, and only then delivered to the
 * recipient's resources, copied to other devices (XEP-0280) or left for the next login (XEP-0160).
 */
import type { Account } from '../../accounts/accounts.ts';
import type { Directory } from '../directory.ts';
import { errorReply, type StanzaCondition } from '../errors.ts';
import { type Jid, parseJid } from '../jid.ts';
import { ns } from '../namespaces.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { Outgoing } from '../stream/stream-management.ts';
import { element, type XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serializer.ts';
import { type Archive, timeOfId } from './archive.ts';
import type { OfflineMessages } from './offline-messages.ts';
import { asForwarded, isArchived, isChatState, isCopied, originIdOf, withStanzaId } from './payload.ts';

export interface MessageRouterOptions {
  archive: Archive;
  directory: Directory;
  registry: SessionRegistry;
  offline: OfflineMessages;
}

/** One message with everything known about it. */
interface Message {
  from: Session;
  recipient: Account;
  to: Jid;
  stanza: XmlElement;
  id: bigint | null;
  copied: boolean;
}

export class MessageRouter {
  private readonly options: MessageRouterOptions;

  constructor(options: MessageRouterOptions) {
    this.options = options;
  }

  /** The outer promise ends when the next stanza may come, the inner one when the message is durable. */
  async handle(session: Session, stanza: XmlElement): Promise<{ stored: Promise<void> } | null> {
    const to = parseJid(stanza.attribute('to') ?? session.bareJid);
    const refuse = (condition: StanzaCondition): null => {
      if (stanza.attribute('type') !== 'error') session.sendStanza(errorReply(stanza, condition));
      return null;
    };
    if (!to) return refuse('jid-malformed');
    const recipient = await this.options.directory.find(session.account.userId, to.bare);
    // Nobody there, elsewhere, or not to be seen: one answer.
    if (!recipient || stanza.attribute('type') === 'groupchat') return refuse('service-unavailable');

    const forwarded = asForwarded(stanza, session.fullJid, session.account.domain).with({ to: to.full });
    const message: Message = {
      from: session,
      recipient,
      to,
      stanza: forwarded,
      id: isArchived(stanza) ? this.options.archive.nextId() : null,
      copied: isCopied(stanza),
    };
    if (message.id !== null) return { stored: this.store(message, message.id) };
    // A chat state must not overtake the message it follows.
    const delivered = session.lastStored.then(() => this.deliverInOrder(message, false));
    session.lastStored = delivered.catch(() => undefined);
    return { stored: delivered };
  }

  private store(message: Message, id: bigint): Promise<void> {
    const { archive } = this.options;
    const { from, recipient, to, stanza } = message;
    const pending = this.receiversOf(message).length === 0;
    const stored = archive
      .append({
        id,
        senderId: from.account.userId,
        sender: from.bareJid,
        senderResource: from.resource,
        recipientId: recipient.userId,
        recipient: to.bare,
        recipientResource: to.resource === '' ? null : to.resource,
        originId: originIdOf(stanza),
        stanza: serialize(stanza),
        pending,
      })
      .then(
        (isNew) => (isNew ? this.deliverInOrder(message, pending) : undefined),
        () => from.sendStanza(errorReply(stanza, 'internal-server-error')),
      );
    from.lastStored = stored.catch(() => undefined);
    return stored;
  }

  /** Behind whatever is under way to the same user. */
  private deliverInOrder(message: Message, pending: boolean): void {
    this.sendCarbonsOfSender(message);
    this.options.offline.inOrder(message.recipient.userId, () => this.deliver(message, pending));
  }

  private receiversOf({ to, recipient, stanza }: Message): Session[] {
    const { registry } = this.options;
    const type = stanza.attribute('type') ?? 'normal';
    if (to.resource !== '') {
      const addressed = registry.find(recipient.userId, to.resource);
      if (addressed) return [addressed];
      if (type !== 'chat' && type !== 'normal') return [];
    }
    if (type === 'error') return [];
    return registry.ofUser(recipient.userId).filter((session) => session.takesMessages());
  }

  private deliver(message: Message, pending: boolean): void | Promise<void> {
    const { offline } = this.options;
    const receivers = this.receiversOf(message);
    const { id, recipient } = message;
    if (receivers.length === 0) {
      if (id === null) return this.dropUnstored(message);
      // The last resource left while the message was being stored.
      return pending || isOwn(message) ? undefined : offline.wait(recipient.userId, [id]);
    }
    if (!pending || id === null) return this.send(message, receivers);
    return offline.take(recipient.userId, id).then((taken) => {
      // Otherwise the resource that came meanwhile got it with its offline messages.
      if (taken || isOwn(message)) this.send(message, this.receiversOf(message));
    });
  }

  private send(message: Message, receivers: Session[]): void {
    const { registry } = this.options;
    const { id, to, recipient, copied } = message;
    const stanza = id === null ? message.stanza : withStanzaId(message.stanza, to.bare, id);
    const options = id === null ? {} : { archivedId: id };
    for (const receiver of receivers) receiver.sendStanza(stanza, options);
    if (!copied || isOwn(message)) return;
    for (const other of registry.ofUser(recipient.userId)) {
      if (other.carbons && !receivers.includes(other)) other.sendStanza(carbon('received', other, stanza));
    }
  }

  private sendCarbonsOfSender(message: Message): void {
    const { from, id, copied } = message;
    if (!copied || isOwn(message)) return;
    const stanza = id === null ? message.stanza : withStanzaId(message.stanza, from.bareJid, id);
    for (const other of this.options.registry.ofUser(from.account.userId)) {
      if (other.carbons && other !== from) other.sendStanza(carbon('sent', other, stanza));
    }
  }

  /** Not stored and nobody there: chat states vanish, what says something is returned. */
  private dropUnstored({ from, stanza }: Message): void {
    const type = stanza.attribute('type') ?? 'normal';
    if ((type === 'chat' || type === 'normal') && !isChatState(stanza) && stanza.child('body', ns.client)) {
      from.sendStanza(errorReply(stanza, 'service-unavailable'));
    }
  }

  /** What an ended session never acknowledged: to another resource that came since, or to the next login. */
  async redeliver(session: Session, undelivered: Outgoing[]): Promise<void> {
    const ids = undelivered.flatMap(({ archivedId }) => (archivedId === null ? [] : [archivedId]));
    for (const { bounce } of undelivered) bounce?.();
    if (ids.length === 0) return;
    const { offline, registry } = this.options;
    const userId = session.account.userId;
    const others = registry.ofUser(userId).filter((other) => other.takesMessages());
    // Resources that were there when a message came have their own copy.
    const missed = ids.filter((id) => !others.some((other) => other.availableSince <= timeOfId(id).getTime()));
    await offline.wait(userId, missed);
    const heir = registry.ofUser(userId).find((other) => other.takesMessages());
    if (heir && missed.length > 0) offline.deliverTo(heir);
  }
}

const isOwn = (message: Message): boolean => message.from.account.userId === message.recipient.userId;

const carbon = (direction: 'sent' | 'received', session: Session, stanza: XmlElement): XmlElement =>
  element(
    'message',
    ns.client,
    { from: session.bareJid, to: session.fullJid, type: stanza.attribute('type') },
    element(direction, ns.carbons, {}, element('forwarded', ns.forward, {}, stanza)),
  );
