/** Service discovery (XEP-0030) of the server and of accounts. */
import type { Account } from '../../accounts/accounts.ts';
import { bareJidOf } from '../directory.ts';
import { errorReply, iqResult } from '../errors.ts';
import { ns } from '../namespaces.ts';
import type { NodeStore } from '../pubsub/node-store.ts';
import type { Session } from '../sessions/session.ts';
import { element, type XmlElement } from '../xml/element.ts';

const serverFeatures = [
  ns.discoInfo,
  ns.discoItems,
  ns.carbons,
  'urn:xmpp:carbons:rules:0',
  ns.ping,
  ns.time,
  ns.version,
  ns.vcard,
  'msgoffline',
];

const accountFeatures = [
  ns.discoInfo,
  ns.discoItems,
  ns.mam,
  ns.stanzaId,
  ns.vcard,
  'urn:xmpp:pep-vcard-conversion:0',
  ns.pubsub,
  `${ns.pubsub}#publish`,
  `${ns.pubsub}#publish-options`,
  `${ns.pubsub}#auto-create`,
  `${ns.pubsub}#auto-subscribe`,
  `${ns.pubsub}#filtered-notifications`,
  `${ns.pubsub}#last-published`,
  `${ns.pubsub}#persistent-items`,
  `${ns.pubsub}#multi-items`,
  `${ns.pubsub}#retrieve-items`,
  `${ns.pubsub}#item-ids`,
  `${ns.pubsub}#delete-nodes`,
  `${ns.pubsub}#presence-subscribe`,
  `${ns.pubsub}#access-presence`,
  `${ns.pubsub}#access-whitelist`,
];

const identity = (category: string, type: string, name?: string): XmlElement =>
  element('identity', ns.discoInfo, { category, type, name });

const info = (identities: XmlElement[], features: string[], node?: string): XmlElement =>
  element(
    'query',
    ns.discoInfo,
    { node },
    ...identities,
    ...features.map((feature) => element('feature', ns.discoInfo, { var: feature })),
  );

const serverInfo = (node?: string): XmlElement => info([identity('server', 'im', 'Kontor')], serverFeatures, node);

export const answerServerDisco = (session: Session, iq: XmlElement, query: XmlElement): void => {
  if (query.attribute('node')) return session.sendStanza(errorReply(iq, 'item-not-found'));
  session.sendStanza(iqResult(iq, query.namespace === ns.discoInfo ? serverInfo() : element('query', ns.discoItems)));
};

export const answerAccountDisco = async (
  nodes: NodeStore,
  session: Session,
  iq: XmlElement,
  query: XmlElement,
  owner: Account,
): Promise<void> => {
  const node = query.attribute('node');
  const isOwn = owner.userId === session.account.userId;
  if (node) {
    const configuration = await nodes.configuration(owner.userId, node);
    if (!configuration || (!isOwn && configuration.accessModel === 'whitelist')) {
      return session.sendStanza(errorReply(iq, 'item-not-found'));
    }
    const answer =
      query.namespace === ns.discoInfo
        ? info([identity('pubsub', 'leaf')], [ns.pubsub], node)
        : element('query', ns.discoItems, { node });
    return session.sendStanza(iqResult(iq, answer));
  }
  if (query.namespace === ns.discoInfo) {
    const identities = [identity('account', 'registered'), identity('pubsub', 'pep')];
    return session.sendStanza(iqResult(iq, info(identities, accountFeatures)));
  }
  const names = await nodes.nodes(owner.userId, isOwn ? null : 'presence');
  const items = names.map((name) => element('item', ns.discoItems, { jid: bareJidOf(owner), node: name }));
  session.sendStanza(iqResult(iq, element('query', ns.discoItems, {}, ...items)));
};
