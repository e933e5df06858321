/**
 * Presence (RFC 6121 §4): everybody who may see a user hears of each of the user's resources, nobody
 * else does. There are no subscriptions to ask for: the directory decides.
 */
import type { UserId } from '../../../protocol/identity.ts';
import { bareJidOf, type Directory } from '../directory.ts';
import { errorReply } from '../errors.ts';
import { parseJid } from '../jid.ts';
import { ns } from '../namespaces.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { element, type XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serializer.ts';

export interface PresenceListener {
  /** A resource became available, after it was told who else is. */
  becameAvailable(session: Session): Promise<void>;
  /** A resource takes messages from now on. */
  startedTakingMessages(session: Session): void;
  /** The capabilities in an available presence may have changed. */
  announced(session: Session): void;
}

export interface PresenceOptions {
  directory: Directory;
  registry: SessionRegistry;
  listener: PresenceListener;
  /** Milliseconds since 1970. */
  now(): number;
  /** Hash for `vcard-temp:x:update` (XEP-0398); empty: no picture. */
  avatarHash(userId: UserId): Promise<string>;
}

/** In characters: it goes to everybody who sees the user. */
const largestPresence = 16_384;

const unavailable = (from: string, to: string, children: XmlElement['children'] = []): XmlElement =>
  element('presence', ns.client, { from, to, type: 'unavailable' }, ...children);

const priorityOf = (presence: XmlElement): number => {
  const text = presence.child('priority', ns.client)?.text().trim() ?? '0';
  return /^[+-]?\d{1,3}$/.test(text) ? Math.max(-128, Math.min(127, Number(text))) : 0;
};

export class Presence {
  private readonly options: PresenceOptions;
  private readonly hashes = new Map<UserId, string>();

  constructor(options: PresenceOptions) {
    this.options = options;
  }

  async handle(session: Session, stanza: XmlElement): Promise<void> {
    const type = stanza.attribute('type');
    const to = stanza.attribute('to');
    if (type === 'probe') return this.probe(session, to ?? session.bareJid);
    if (to !== undefined && (type === undefined || type === 'unavailable')) {
      return this.direct(session, stanza, to, type === 'unavailable');
    }
    if (type === undefined) return this.available(session, stanza);
    if (type === 'unavailable') return this.leave(session, stanza);
    if (type === 'error' || /^(un)?subscribed?$/.test(type)) return; // The directory decides.
    session.sendStanza(errorReply(stanza, 'bad-request'));
  }

  private async available(session: Session, stanza: XmlElement): Promise<void> {
    if (serialize(stanza).length > largestPresence) {
      return session.sendStanza(errorReply(stanza, 'policy-violation'));
    }
    const isInitial = session.presence === null;
    const tookMessages = session.takesMessages();
    const presence = await this.withAvatar(session, stanza);
    if (session.isEnded()) return;
    session.presence = presence;
    if (isInitial) session.availableSince = this.options.now();
    session.priority = priorityOf(stanza);
    await this.broadcast(session, presence);
    const { listener } = this.options;
    if (isInitial) await this.sendCurrent(session);
    if (!tookMessages && session.takesMessages()) listener.startedTakingMessages(session);
    if (isInitial) await listener.becameAvailable(session);
    listener.announced(session);
  }

  private async withAvatar(session: Session, stanza: XmlElement): Promise<XmlElement> {
    const { userId } = session.account;
    const hash = this.hashes.get(userId) ?? (await this.options.avatarHash(userId));
    this.hashes.set(userId, hash);
    const children = stanza.children.filter(
      (child) => typeof child === 'string' || !('namespace' in child) || child.namespace !== ns.vcardUpdate,
    );
    children.push(
      element('x', ns.vcardUpdate, {}, element('photo', ns.vcardUpdate, {}, hash === '' ? undefined : hash)),
    );
    return stanza.with({ from: session.fullJid, to: undefined, id: undefined }, children);
  }

  /** The user's picture changed: says so in every available resource's presence. */
  async avatarChanged(userId: UserId): Promise<void> {
    this.hashes.set(userId, await this.options.avatarHash(userId));
    for (const session of this.options.registry.ofUser(userId)) {
      if (!session.presence) continue;
      const presence = await this.withAvatar(session, session.presence);
      if (session.presence === null) continue;
      session.presence = presence;
      await this.broadcast(session, presence);
    }
  }

  private async broadcast(session: Session, presence: XmlElement): Promise<void> {
    const { directory, registry } = this.options;
    const watchers = await directory.watchersOf(session.account.userId);
    if (session.isEnded() && presence.attribute('type') !== 'unavailable') return;
    for (const userId of registry.users()) {
      if (userId !== session.account.userId && !watchers.has(userId)) continue;
      for (const watcher of registry.ofUser(userId)) {
        if (watcher.presence || watcher === session) watcher.sendStanza(presence.with({ to: watcher.bareJid }));
      }
    }
  }

  /** Presence of all visible resources, without the session's own (it has had its echo). */
  private async sendCurrent(session: Session): Promise<void> {
    const visible = await this.options.directory.visibleTo(session.account.userId);
    for (const account of visible.values()) this.sendPresencesOf(account.userId, session);
  }

  private sendPresencesOf(userId: UserId, viewer: Session): number {
    let sent = 0;
    for (const contact of this.options.registry.ofUser(userId)) {
      if (!contact.presence || contact === viewer) continue;
      viewer.sendStanza(contact.presence.with({ to: viewer.bareJid }));
      sent += 1;
    }
    return sent;
  }

  /** Unavailable, by stanza or because the session ended. */
  async leave(session: Session, stanza?: XmlElement): Promise<void> {
    const children = stanza?.children ?? [];
    const directed = [...session.directed];
    session.directed.clear();
    if (session.presence) {
      session.presence = null;
      await this.broadcast(session, unavailable(session.fullJid, '', children));
    }
    for (const to of directed) await this.sendDirected(session, to, unavailable(session.fullJid, to, children), true);
  }

  private async direct(session: Session, stanza: XmlElement, to: string, isUnavailable: boolean): Promise<void> {
    const jid = parseJid(to);
    if (!jid) return session.sendStanza(errorReply(stanza, 'jid-malformed'));
    if (isUnavailable) session.directed.delete(jid.full);
    else if (session.directed.size < 1_000) session.directed.add(jid.full);
    await this.sendDirected(session, jid.full, stanza.with({ from: session.fullJid, to: jid.full }), false);
  }

  /** Reaches only those who may see the sender; the others are as good as not there. */
  private async sendDirected(session: Session, to: string, stanza: XmlElement, skipInformed: boolean): Promise<void> {
    const { directory, registry } = this.options;
    const jid = parseJid(to);
    if (!jid) return;
    const target = await directory.find(session.account.userId, jid.bare);
    if (!target) return;
    const watchers = await directory.watchersOf(session.account.userId);
    if (!watchers.has(target.userId)) return;
    for (const recipient of registry.ofUser(target.userId)) {
      if (jid.resource !== '' && recipient.resource !== jid.resource) continue;
      if (skipInformed ? recipient.presence : jid.resource === '' && !recipient.presence) continue;
      recipient.sendStanza(stanza);
    }
  }

  /** RFC 6121 §4.3: current presence, or unavailable; silence about those who are not visible. */
  private async probe(session: Session, to: string): Promise<void> {
    const jid = parseJid(to);
    const target = jid ? await this.options.directory.find(session.account.userId, jid.bare) : null;
    if (!target) return;
    if (this.sendPresencesOf(target.userId, session) === 0 && target.userId !== session.account.userId) {
      session.sendStanza(unavailable(bareJidOf(target), session.fullJid));
    }
  }

  /** After a change of who sees whom. */
  becameVisible(viewer: Session, userId: UserId): void {
    if (viewer.presence) this.sendPresencesOf(userId, viewer);
  }

  becameInvisible(viewer: Session, userId: UserId): void {
    if (!viewer.presence) return;
    for (const contact of this.options.registry.ofUser(userId)) {
      if (contact.presence) viewer.sendStanza(unavailable(contact.fullJid, viewer.bareJid));
    }
  }
}
