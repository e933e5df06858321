/** SIP messages as values (RFC 3261 §7): header order is kept, names are canonical, multi-value headers are split. */
export interface SipHeader {
  name: string;
  value: string;
}

export interface SipRequest {
  kind: 'request';
  method: string;
  uri: string;
  headers: SipHeader[];
  body: Buffer;
}

export interface SipResponse {
  kind: 'response';
  status: number;
  reason: string;
  headers: SipHeader[];
  body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

const compactForms: Record<string, string> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
};
const irregular: Record<string, string> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'www-authenticate': 'WWW-Authenticate',
  'mime-version': 'MIME-Version',
  rack: 'RAck',
  rseq: 'RSeq',
  'min-se': 'Min-SE',
};

/** The canonical spelling of a header name, compact forms resolved (RFC 3261 §7.3.3). */
export const canonicalName = (name: string): string => {
  const lower = name.toLowerCase();
  return (
    compactForms[lower] ??
    irregular[lower] ??
    lower.replace(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase())
  );
};

/** First value of a header; `name` in canonical spelling. */
export const header = (message: SipMessage, name: string): string | undefined =>
  message.headers.find((one) => one.name === name)?.value;

/** All values of a header, in order. */
export const headers = (message: SipMessage, name: string): string[] =>
  message.headers.filter((one) => one.name === name).map((one) => one.value);

/** The option tags or methods of a comma-separated header, lower case. */
export const tokens = (message: SipMessage, name: string): string[] =>
  headers(message, name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== '');

/** The headers without those called `names`. */
export const without = (all: SipHeader[], ...names: string[]): SipHeader[] =>
  all.filter((one) => !names.includes(one.name));

/** The headers with the first one called `name` replaced, or with it appended. */
export const withHeader = (all: SipHeader[], name: string, value: string): SipHeader[] => {
  const at = all.findIndex((one) => one.name === name);
  return at < 0 ? [...all, { name, value }] : all.with(at, { name, value });
};

/** Sequence number and method of CSeq; the parser has checked its form. */
export const cseq = (message: SipMessage): { number: number; method: string } => {
  const [number = '0', method = ''] = (header(message, 'CSeq') ?? '').split(/\s+/);
  return { number: Number(number), method };
};

/** The bytes on the wire; Content-Length is always the true one. */
export const serialize = (message: SipMessage): Buffer => {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = without(message.headers, 'Content-Length').map(({ name, value }) => `${name}: ${value}`);
  const head = [start, ...lines, `Content-Length: ${message.body.length}`, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'utf8'), message.body]);
};

/** A response to `request` with the headers RFC 3261 §8.2.6.2 wants; `toTag` is added where To has none. */
export const respond = (
  request: SipRequest,
  status: number,
  reason: string,
  toTag: string,
  extra: SipHeader[] = [],
): SipResponse => {
  const copied = request.headers
    .filter(({ name }) => ['Via', 'From', 'To', 'Call-ID', 'CSeq'].includes(name))
    .map((one) =>
      one.name === 'To' && status !== 100 && !/;\s*tag\s*=/i.test(one.value)
        ? { name: 'To', value: `${one.value};tag=${toTag}` }
        : one,
    );
  return { kind: 'response', status, reason, headers: [...copied, ...extra], body: Buffer.alloc(0) };
};
