import { ns } from './namespaces.ts';
import { element, type XmlElement } from './xml/element.ts';

/** RFC 6120 §8.3.3 conditions this server answers with, and their error types. */
const stanzaErrorTypes = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  'internal-server-error': 'wait',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
} as const;

export type StanzaCondition = keyof typeof stanzaErrorTypes;

/** RFC 6120 §4.9.3 conditions this server ends streams with. */
export type StreamCondition =
  | 'bad-format'
  | 'conflict'
  | 'connection-timeout'
  | 'host-unknown'
  | 'internal-server-error'
  | 'invalid-namespace'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'system-shutdown'
  | 'undefined-condition'
  | 'unsupported-stanza-type';

/** The `<error/>` of a stanza; `detail` is an application's own condition. */
export const stanzaError = (condition: StanzaCondition, detail?: XmlElement): XmlElement =>
  element('error', ns.client, { type: stanzaErrorTypes[condition] }, element(condition, ns.stanzaErrors), detail);

/** The stanza sent back as an error (RFC 6120 §8.3.1), without its payload. `from` as it was addressed. */
export const errorReply = (stanza: XmlElement, condition: StanzaCondition, detail?: XmlElement): XmlElement =>
  element(
    stanza.name,
    ns.client,
    {
      type: 'error',
      id: stanza.attribute('id'),
      from: stanza.attribute('to'),
      to: stanza.attribute('from'),
    },
    stanzaError(condition, detail),
  );

/** Result of an iq, with an optional payload. */
export const iqResult = (iq: XmlElement, payload?: XmlElement): XmlElement =>
  element(
    'iq',
    ns.client,
    { type: 'result', id: iq.attribute('id'), from: iq.attribute('to'), to: iq.attribute('from') },
    payload,
  );

export const streamError = (condition: StreamCondition, detail?: XmlElement): XmlElement =>
  element('error', ns.streams, {}, element(condition, ns.streamErrors), detail);
