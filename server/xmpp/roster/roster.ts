/** The roster (RFC 6121 §2): what the directory shows the user, kept up to date by pushes. */
import { createHash } from 'node:crypto';
import type { Account } from '../../accounts/accounts.ts';
import type { UserId } from '../../../protocol/identity.ts';
import { type Directory } from '../directory.ts';
import { errorReply, iqResult } from '../errors.ts';
import { ns } from '../namespaces.ts';
import type { Presence } from '../presence/presence.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { element, type XmlElement } from '../xml/element.ts';

type Contacts = Map<string, Account>;

const item = (jid: string, account: Account): XmlElement =>
  element('item', ns.roster, { jid, name: account.name, subscription: 'both' });

const versionOf = (contacts: Contacts): string => {
  const hash = createHash('sha256');
  for (const jid of [...contacts.keys()].sort()) hash.update(`${jid}\0${contacts.get(jid)?.name ?? ''}\0`);
  return hash.digest('base64url').slice(0, 22);
};

export class Roster {
  private readonly directory: Directory;
  private readonly registry: SessionRegistry;
  private readonly presence: Presence;
  /** What the clients of a user were told last. */
  private readonly told = new Map<UserId, Contacts>();
  private pushes = 0;
  private refreshing: Promise<void> | null = null;
  private again = false;

  constructor(directory: Directory, registry: SessionRegistry, presence: Presence) {
    this.directory = directory;
    this.registry = registry;
    this.presence = presence;
  }

  private async contactsOf(userId: UserId): Promise<Contacts> {
    const visible = await this.directory.visibleTo(userId);
    return new Map([...visible].filter(([, account]) => account.userId !== userId));
  }

  /** Remembers what the user sees, so that a later change can be told. */
  async userCameOnline(userId: UserId): Promise<void> {
    if (!this.told.has(userId)) this.told.set(userId, await this.contactsOf(userId));
  }

  userWentOffline(userId: UserId): void {
    this.told.delete(userId);
  }

  async answer(session: Session, iq: XmlElement, query: XmlElement): Promise<void> {
    if (iq.attribute('type') === 'set') return session.sendStanza(errorReply(iq, 'not-allowed'));
    const userId = session.account.userId;
    const contacts = await this.contactsOf(userId);
    session.interested = true;
    const version = versionOf(contacts);
    if (query.attribute('ver') === version) return session.sendStanza(iqResult(iq));
    const items = [...contacts].map(([jid, account]) => item(jid, account));
    session.sendStanza(iqResult(iq, element('query', ns.roster, { ver: version }, ...items)));
  }

  /** Tells everybody online what has changed for them. Calls that come meanwhile are one more round. */
  directoryChanged(): Promise<void> {
    this.again = true;
    this.refreshing ??= this.refreshWhileNeeded().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async refreshWhileNeeded(): Promise<void> {
    while (this.again) {
      this.again = false;
      this.directory.forgetAll();
      for (const userId of this.registry.users()) await this.refresh(userId);
    }
  }

  private async refresh(userId: UserId): Promise<void> {
    const now = await this.contactsOf(userId);
    const before = this.told.get(userId);
    if (!before || !this.registry.isOnline(userId)) return;
    this.told.set(userId, now);
    const version = versionOf(now);
    for (const [jid, account] of now) {
      const known = before.get(jid);
      if (known?.name === account.name && known.userId === account.userId) continue;
      this.push(userId, item(jid, account), version);
      if (known) continue;
      for (const viewer of this.registry.ofUser(userId)) this.presence.becameVisible(viewer, account.userId);
    }
    for (const [jid, account] of before) {
      if (now.has(jid)) continue;
      for (const viewer of this.registry.ofUser(userId)) this.presence.becameInvisible(viewer, account.userId);
      this.push(userId, element('item', ns.roster, { jid, subscription: 'remove' }), version);
    }
  }

  private push(userId: UserId, change: XmlElement, ver: string): void {
    for (const session of this.registry.ofUser(userId)) {
      if (!session.interested) continue;
      this.pushes += 1;
      session.sendStanza(
        element(
          'iq',
          ns.client,
          { type: 'set', id: `push-${this.pushes}`, to: session.fullJid },
          element('query', ns.roster, { ver }, change),
        ),
      );
    }
  }
}
