/** Info/query stanzas (RFC 6120 §8.2.3): answered for the server and the accounts, or passed to a resource. */
import type { Account } from '../accounts/accounts.ts';
import type { Database } from '../database/database.ts';
import type { Directory } from './directory.ts';
import type { Capabilities } from './discovery/capabilities.ts';
import { answerAccountDisco, answerServerDisco } from './discovery/disco.ts';
import { errorReply, iqResult } from './errors.ts';
import { type Jid, parseJid } from './jid.ts';
import type { Archive } from './messages/archive.ts';
import { answerArchivePreferences, answerArchiveQuery } from './messages/archive-queries.ts';
import { ns } from './namespaces.ts';
import type { NodeStore } from './pubsub/node-store.ts';
import type { PersonalEventing } from './pubsub/personal-eventing.ts';
import type { Vcards } from './pubsub/vcard.ts';
import type { Roster } from './roster/roster.ts';
import type { Session } from './sessions/session.ts';
import type { SessionRegistry } from './sessions/session-registry.ts';
import { element, type XmlElement } from './xml/element.ts';

export interface IqRouterOptions {
  archive: Archive;
  capabilities: Capabilities;
  database: Database;
  directory: Directory;
  eventing: PersonalEventing;
  nodes: NodeStore;
  registry: SessionRegistry;
  roster: Roster;
  vcards: Vcards;
  now(): number;
}

export class IqRouter {
  private readonly options: IqRouterOptions;

  constructor(options: IqRouterOptions) {
    this.options = options;
  }

  async handle(session: Session, iq: XmlElement): Promise<void> {
    const type = iq.attribute('type');
    const to = parseJid(iq.attribute('to') ?? session.bareJid);
    const isRequest = type === 'get' || type === 'set';
    const isAnswer = type === 'result' || type === 'error';
    const payload = iq.elements()[0];
    if (!to) return isAnswer ? undefined : session.sendStanza(errorReply(iq, 'jid-malformed'));
    if (!iq.attribute('id') || !(isRequest || isAnswer) || (isRequest && (!payload || iq.elements().length !== 1))) {
      return isAnswer ? undefined : session.sendStanza(errorReply(iq, 'bad-request'));
    }
    if (to.resource !== '' && to.local !== '') return this.pass(session, iq, to, isRequest);
    if (isAnswer) return this.options.capabilities.answered(session, iq);
    if (!payload) return;
    if (to.bare === session.account.domain) return this.answerAsServer(session, iq, payload);
    if (to.bare === session.bareJid && (await this.answerAsOwnAccount(session, iq, payload))) return;
    const owner =
      to.bare === session.bareJid
        ? session.account
        : await this.options.directory.find(session.account.userId, to.bare);
    if (!owner) return session.sendStanza(errorReply(iq, 'service-unavailable'));
    return this.answerAsAccount(session, iq, payload, owner);
  }

  /** To another client, if the sender may know of it. */
  private async pass(session: Session, iq: XmlElement, to: Jid, isRequest: boolean): Promise<void> {
    const target = await this.options.directory.find(session.account.userId, to.bare);
    const recipient = target && this.options.registry.find(target.userId, to.resource);
    if (!recipient) {
      return isRequest ? session.sendStanza(errorReply(iq, 'service-unavailable')) : undefined;
    }
    const stanza = iq.with({ from: session.fullJid, to: to.full });
    recipient.sendStanza(
      stanza,
      isRequest ? { bounce: () => session.sendStanza(errorReply(stanza, 'recipient-unavailable')) } : {},
    );
  }

  private answerAsServer(session: Session, iq: XmlElement, payload: XmlElement): void {
    const isGet = iq.attribute('type') === 'get';
    if (isGet && payload.is('ping', ns.ping)) return session.sendStanza(iqResult(iq));
    if (isGet && (payload.is('query', ns.discoInfo) || payload.is('query', ns.discoItems))) {
      return answerServerDisco(session, iq, payload);
    }
    if (isGet && payload.is('time', ns.time)) {
      const utc = new Date(this.options.now()).toISOString().replace(/\.\d+/, '');
      const time = element(
        'time',
        ns.time,
        {},
        element('tzo', ns.time, {}, '+00:00'),
        element('utc', ns.time, {}, utc),
      );
      return session.sendStanza(iqResult(iq, time));
    }
    if (isGet && payload.is('query', ns.version)) {
      const version = element('query', ns.version, {}, element('name', ns.version, {}, 'Kontor'));
      return session.sendStanza(iqResult(iq, version));
    }
    // Clients send these to the server as well as to the account.
    if (payload.is('session', ns.session)) return session.sendStanza(iqResult(iq));
    if (payload.namespace === ns.carbons) return this.switchCarbons(session, iq, payload);
    session.sendStanza(errorReply(iq, 'service-unavailable'));
  }

  private switchCarbons(session: Session, iq: XmlElement, payload: XmlElement): void {
    if (iq.attribute('type') !== 'set' || (payload.name !== 'enable' && payload.name !== 'disable')) {
      return session.sendStanza(errorReply(iq, 'bad-request'));
    }
    session.carbons = payload.name === 'enable';
    session.sendStanza(iqResult(iq));
  }

  /** Whether it was something only the account's owner may ask. */
  private async answerAsOwnAccount(session: Session, iq: XmlElement, payload: XmlElement): Promise<boolean> {
    const { archive, database, roster } = this.options;
    if (payload.is('query', ns.roster)) await roster.answer(session, iq, payload);
    else if (payload.is('query', ns.mam)) await answerArchiveQuery(archive, database, session, iq, payload);
    else if (payload.is('prefs', ns.mam)) answerArchivePreferences(session, iq);
    else if (payload.namespace === ns.carbons) this.switchCarbons(session, iq, payload);
    else if (payload.is('ping', ns.ping) || payload.is('session', ns.session)) session.sendStanza(iqResult(iq));
    else return false;
    return true;
  }

  private async answerAsAccount(session: Session, iq: XmlElement, payload: XmlElement, owner: Account): Promise<void> {
    const { eventing, nodes, vcards } = this.options;
    const isGet = iq.attribute('type') === 'get';
    if (payload.is('vCard', ns.vcard)) return vcards.answer(session, iq, payload, owner);
    if (payload.is('pubsub', ns.pubsub) || payload.is('pubsub', ns.pubsubOwner)) {
      return eventing.answer(session, iq, payload, owner);
    }
    if (isGet && (payload.is('query', ns.discoInfo) || payload.is('query', ns.discoItems))) {
      return answerAccountDisco(nodes, session, iq, payload, owner);
    }
    session.sendStanza(errorReply(iq, 'service-unavailable'));
  }
}
