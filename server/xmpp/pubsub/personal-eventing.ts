/** Personal eventing (XEP-0163): publish, read, retract on own nodes; those who see the owner are told. */
import { randomUUID } from 'node:crypto';
import type { Account } from '../../accounts/accounts.ts';
import type { UserId } from '../../../protocol/identity.ts';
import { bareJidOf, type Directory } from '../directory.ts';
import { errorReply, iqResult } from '../errors.ts';
import { ns } from '../namespaces.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { element, type XmlElement, type XmlNode } from '../xml/element.ts';
import { serialize } from '../xml/serializer.ts';
import type { NodeConfiguration, NodeItem, NodeStore } from './node-store.ts';

const mostItems = 256;
const longestName = 512;
/** Avatars of contacts told to a client that logs in; the others it finds in their vCards. */
const mostLatest = 2_000;

export interface PersonalEventingOptions {
  nodes: NodeStore;
  directory: Directory;
  registry: SessionRegistry;
  /** The avatar metadata of a user changed. */
  avatarChanged(userId: UserId): Promise<void>;
}

const initialConfiguration = (node: string): NodeConfiguration => ({
  accessModel: /bookmarks|^storage:|omemo\.private/.test(node) ? 'whitelist' : 'presence',
  maxItems: node.startsWith('urn:xmpp:bookmarks') ? mostItems : 1,
});

/** `null`: an option that cannot be granted. */
const publishOptions = (pubsub: XmlElement): Partial<NodeConfiguration> | null => {
  const required: Partial<NodeConfiguration> = {};
  const form = pubsub.child('publish-options', ns.pubsub)?.child('x', ns.dataForms);
  for (const field of form?.elements() ?? []) {
    const value = field.child('value', ns.dataForms)?.text() ?? '';
    switch (field.attribute('var')) {
      case 'pubsub#access_model':
        // The open world ends at the directory: whoever sees the owner.
        if (value === 'whitelist') required.accessModel = 'whitelist';
        else if (value === 'presence' || value === 'open') required.accessModel = 'presence';
        else return null;
        break;
      case 'pubsub#max_items':
        if (value !== 'max' && !/^\d{1,6}$/.test(value)) return null;
        required.maxItems = value === 'max' ? mostItems : Math.max(1, Math.min(mostItems, Number(value)));
        break;
      default: // FORM_TYPE, persistence and delivery: as they are anyway.
    }
  }
  return required;
};

const pubsubError = (name: string): XmlElement => element(name, ns.pubsubErrors);

const itemElement = (namespace: string, item: NodeItem): XmlElement =>
  element('item', namespace, { id: item.id }, item.payload === '' ? undefined : { xml: item.payload });

export class PersonalEventing {
  private readonly options: PersonalEventingOptions;

  constructor(options: PersonalEventingOptions) {
    this.options = options;
  }

  async answer(session: Session, iq: XmlElement, pubsub: XmlElement, owner: Account): Promise<void> {
    const isOwn = owner.userId === session.account.userId;
    const action = pubsub.elements().find((child) => child.name !== 'publish-options');
    const node = action?.attribute('node') ?? '';
    if (!action || node === '' || node.length > longestName) return session.sendStanza(errorReply(iq, 'bad-request'));
    if (iq.attribute('type') === 'get') {
      if (action.name === 'items') return this.read(session, iq, action, owner, node);
      return session.sendStanza(errorReply(iq, 'feature-not-implemented'));
    }
    if (!isOwn) return session.sendStanza(errorReply(iq, 'forbidden'));
    if (pubsub.namespace === ns.pubsubOwner) {
      if (action.name !== 'delete') return session.sendStanza(errorReply(iq, 'feature-not-implemented'));
      const removed = await this.options.nodes.remove(owner.userId, node);
      if (removed && node === ns.avatarMetadata) await this.options.avatarChanged(owner.userId);
      return session.sendStanza(removed ? iqResult(iq) : errorReply(iq, 'item-not-found'));
    }
    if (action.name === 'publish') return this.publish(session, iq, pubsub, action, node);
    if (action.name === 'retract') return this.retract(session, iq, action, node);
    return session.sendStanza(errorReply(iq, 'feature-not-implemented'));
  }

  private async read(
    session: Session,
    iq: XmlElement,
    action: XmlElement,
    owner: Account,
    node: string,
  ): Promise<void> {
    const { nodes } = this.options;
    const configuration = await nodes.configuration(owner.userId, node);
    const isOwn = owner.userId === session.account.userId;
    if (!configuration || (!isOwn && configuration.accessModel === 'whitelist')) {
      return session.sendStanza(errorReply(iq, 'item-not-found'));
    }
    const asked = action.elements().flatMap((child) => child.attribute('id') ?? []);
    const limit = Number(action.attribute('max_items') ?? mostItems);
    const found =
      asked.length === 0
        ? await nodes.items(owner.userId, node, Number.isInteger(limit) && limit > 0 ? Math.min(limit, mostItems) : 1)
        : await Promise.all(asked.slice(0, 50).map((id) => nodes.item(owner.userId, node, id)));
    const items = found.flatMap((item) => (item ? [itemElement(ns.pubsub, item)] : []));
    if (asked.length > 0 && items.length === 0) return session.sendStanza(errorReply(iq, 'item-not-found'));
    session.sendStanza(iqResult(iq, element('pubsub', ns.pubsub, {}, element('items', ns.pubsub, { node }, ...items))));
  }

  private async publish(
    session: Session,
    iq: XmlElement,
    pubsub: XmlElement,
    action: XmlElement,
    node: string,
  ): Promise<void> {
    const published = action.child('item', ns.pubsub);
    const id = published?.attribute('id') || randomUUID();
    const required = publishOptions(pubsub);
    if (!published || id.length > longestName || action.elements().length !== 1) {
      return session.sendStanza(errorReply(iq, 'bad-request'));
    }
    const conflict = errorReply(iq, 'conflict', pubsubError('precondition-not-met'));
    if (!required) return session.sendStanza(conflict);
    const payload = published.elements()[0];
    const item = { id, payload: payload ? serialize(payload) : '' };
    const result = await this.publishItem(session.account, node, item, required);
    if (result === 'conflict') return session.sendStanza(conflict);
    if (result === 'too-many') return session.sendStanza(errorReply(iq, 'resource-constraint'));
    const answer = element('publish', ns.pubsub, { node }, element('item', ns.pubsub, { id }));
    session.sendStanza(iqResult(iq, element('pubsub', ns.pubsub, {}, answer)));
  }

  /** Stores an item of the owner and tells those who may know. */
  async publishItem(
    owner: Account,
    node: string,
    item: NodeItem,
    required: Partial<NodeConfiguration> = {},
  ): Promise<'done' | 'conflict' | 'too-many'> {
    const configuration = await this.options.nodes.publish(
      owner.userId,
      node,
      item,
      initialConfiguration(node),
      required,
    );
    if (configuration === 'conflict' || configuration === 'too-many') return configuration;
    await this.announce(owner, node, configuration, itemElement(ns.pubsubEvent, item));
    if (node === ns.avatarMetadata) await this.options.avatarChanged(owner.userId);
    return 'done';
  }

  private async retract(session: Session, iq: XmlElement, action: XmlElement, node: string): Promise<void> {
    const { nodes } = this.options;
    const owner = session.account;
    const id = action.child('item', ns.pubsub)?.attribute('id');
    if (!id) return session.sendStanza(errorReply(iq, 'bad-request', pubsubError('item-required')));
    const configuration = await nodes.configuration(owner.userId, node);
    if (!configuration || !(await nodes.retract(owner.userId, node, id))) {
      return session.sendStanza(errorReply(iq, 'item-not-found'));
    }
    await this.announce(owner, node, configuration, element('retract', ns.pubsubEvent, { id }));
    if (node === ns.avatarMetadata) await this.options.avatarChanged(owner.userId);
    session.sendStanza(iqResult(iq));
  }

  private async announce(
    owner: Account,
    node: string,
    configuration: NodeConfiguration,
    what: XmlElement,
  ): Promise<void> {
    const { directory, registry } = this.options;
    const watchers = await directory.watchersOf(owner.userId);
    for (const userId of registry.users()) {
      const isOwn = userId === owner.userId;
      if (!isOwn && (configuration.accessModel === 'whitelist' || !watchers.has(userId))) continue;
      for (const session of registry.ofUser(userId)) if (wants(session, node)) this.tell(session, owner, node, what);
    }
  }

  private tell(session: Session, owner: Account, node: string, what: XmlNode): void {
    session.sendStanza(
      element(
        'message',
        ns.client,
        { type: 'headline', from: bareJidOf(owner), to: session.fullJid },
        element('event', ns.pubsubEvent, {}, element('items', ns.pubsubEvent, { node }, what)),
      ),
    );
  }

  /** Tells a client the newest items of these nodes of everybody it sees. */
  async sendLatest(session: Session, nodes: readonly string[]): Promise<void> {
    if (nodes.length === 0) return;
    const visible = await this.options.directory.visibleTo(session.account.userId);
    const byId = new Map([...visible.values()].map((account) => [account.userId, account]));
    const latest = await this.options.nodes.latest([...byId.keys()], nodes.slice(0, 100));
    for (const item of latest.slice(0, mostLatest)) {
      const owner = byId.get(item.ownerId);
      if (owner) this.tell(session, owner, item.node, itemElement(ns.pubsubEvent, item));
    }
  }
}

/** Changes of avatars go to everybody available, other nodes to those who asked by their capabilities. */
const wants = (session: Session, node: string): boolean =>
  session.presence !== null && (node === ns.avatarMetadata || session.notify.has(node));
