import { parseAddress, parseUri, parseVia, splitTopLevel } from './address.ts';
import { canonicalName, header, headers, type SipHeader, type SipMessage, type SipRequest } from './message.ts';

/**
 * A message, a request to be refused (with as much of it as a response needs), or something to drop without
 * a word: broken responses (RFC 3261 §18.1.2) and what cannot even be answered.
 */
export type Parsed =
  | { kind: 'message'; message: SipMessage }
  | { kind: 'refused'; request: SipRequest; status: number; reason: string }
  | { kind: 'dropped'; reason: string };

export interface ParseLimits {
  headers: number;
}

const methodForm = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const splitNames = new Set(['Via', 'Route', 'Record-Route', 'Contact', 'P-Asserted-Identity', 'Service-Route', 'Path']);
const singleNames = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards', 'Content-Length', 'Content-Type', 'Expires'];
const addressNames = ['From', 'To', 'Contact', 'Route', 'Record-Route', 'Reply-To', 'Refer-To', 'Referred-By'];

const parseHead = (lines: string[]): { headers: SipHeader[]; fault: string | null } => {
  const parsed: SipHeader[] = [];
  let fault: string | null = null;
  for (const raw of lines) {
    // A lone CR or LF must not reach a more lenient parser as the end of a line.
    const line = raw.replace(/[\r\n]/g, ' ');
    if (line !== raw) fault ??= 'Bare line break';
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trimEnd();
    if (colon < 0 || !methodForm.test(name)) {
      fault ??= 'Malformed header';
      continue;
    }
    const canonical = canonicalName(name);
    const value = line.slice(colon + 1).trim();
    if (!splitNames.has(canonical)) parsed.push({ name: canonical, value });
    else {
      const values = splitTopLevel(value, ',');
      if (values === null) fault ??= `Malformed ${canonical}`;
      for (const one of values ?? [value]) parsed.push({ name: canonical, value: one });
    }
  }
  return { headers: parsed, fault };
};

const headerFault = (message: SipMessage): string | null => {
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq'])
    if (header(message, name) === undefined) return `Missing ${name}`;
  for (const name of singleNames) {
    const values = headers(message, name);
    if (new Set(values).size > 1 || (values.length > 1 && name !== 'Content-Length')) return `Several ${name}`;
  }
  for (const value of headers(message, 'Via')) if (parseVia(value) === null) return 'Malformed Via';
  for (const name of addressNames)
    for (const value of headers(message, name)) {
      const wildcard = name === 'Contact' && value === '*';
      const address = parseAddress(value);
      if (wildcard) continue;
      if (address === null || (/^sips?:/i.test(address.uri) && parseUri(address.uri) === null))
        return `Malformed ${name}`;
    }
  const sequence = /^(\d{1,10})\s+(\S+)$/.exec(header(message, 'CSeq') ?? '');
  if (sequence === null || Number(sequence[1]) >= 2 ** 31) return 'Malformed CSeq';
  if (message.kind === 'request' && sequence[2] !== message.method) return 'CSeq method does not match';
  const hops = header(message, 'Max-Forwards');
  if (hops !== undefined && (!/^\d{1,10}$/.test(hops) || Number(hops) > 255)) return 'Malformed Max-Forwards';
  const expires = header(message, 'Expires');
  if (expires !== undefined && (!/^\d{1,10}$/.test(expires) || Number(expires) >= 2 ** 32)) return 'Malformed Expires';
  for (const value of headers(message, 'Contact')) {
    const lifetime = parseAddress(value)?.parameters.get('expires');
    if (typeof lifetime === 'string' && (!/^\d{1,10}$/.test(lifetime) || Number(lifetime) >= 2 ** 32))
      return 'Malformed Contact';
  }
  const warning = header(message, 'Warning');
  if (warning !== undefined && !/^\d{3}\s/.test(warning)) return 'Malformed Warning';
  const date = header(message, 'Date');
  if (date !== undefined && !/\sGMT$/.test(date)) return 'Malformed Date';
  return null;
};

const requestLineFault = (rest: string, uri: string): { status: number; reason: string } | null => {
  if (/^SIP\/\d+\.\d+$/i.test(rest) && rest.toUpperCase() !== 'SIP/2.0')
    return { status: 505, reason: 'Version Not Supported' };
  if (rest.toUpperCase() !== 'SIP/2.0' || /[<>\s]/.test(uri) || uri === '')
    return { status: 400, reason: 'Malformed Request-Line' };
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) return { status: 400, reason: 'Malformed Request-URI' };
  if (!/^(sips?|tel):/i.test(uri)) return { status: 416, reason: 'Unsupported URI Scheme' };
  if (/^tel:/i.test(uri)) return null;
  const parsed = parseUri(uri);
  return parsed === null || parsed.headers !== '' ? { status: 400, reason: 'Malformed Request-URI' } : null;
};

/** Parses one framed message (RFC 3261 §7, §25; answers as RFC 4475 advises). Never throws. */
export const parseMessage = (bytes: Buffer, limits: ParseLimits): Parsed => {
  let offset = 0;
  while (bytes[offset] === 13 || bytes[offset] === 10) offset += 1;
  const end = bytes.indexOf('\r\n\r\n', offset);
  if (end < 0) return { kind: 'dropped', reason: 'no end of header' };
  const [startLine = '', ...lines] = bytes
    .toString('utf8', offset, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  if (lines.length > limits.headers) return { kind: 'dropped', reason: 'too many headers' };
  const head = parseHead(lines);
  if (head.headers.length > limits.headers) return { kind: 'dropped', reason: 'too many headers' };
  const available = bytes.subarray(end + 4);
  const lengthText = head.headers.find(({ name }) => name === 'Content-Length')?.value ?? String(available.length);
  const length = /^\d{1,9}$/.test(lengthText) ? Number(lengthText) : -1;
  const lengthFault = length < 0 || length > available.length ? 'Wrong Content-Length' : null;
  const body = Buffer.from(lengthFault === null ? available.subarray(0, length) : []);

  if (/^SIP\//i.test(startLine)) {
    const form = /^SIP\/2\.0 ([1-6]\d\d) (.*)$/i.exec(startLine);
    if (form === null) return { kind: 'dropped', reason: 'malformed status line' };
    const message: SipMessage = {
      kind: 'response',
      status: Number(form[1]),
      reason: form[2] ?? '',
      headers: head.headers,
      body,
    };
    const fault = head.fault ?? lengthFault ?? headerFault(message);
    return fault === null ? { kind: 'message', message } : { kind: 'dropped', reason: fault };
  }
  const first = startLine.indexOf(' ');
  const last = startLine.lastIndexOf(' ');
  const method = startLine.slice(0, first);
  if (first <= 0 || !methodForm.test(method)) return { kind: 'dropped', reason: 'malformed start line' };
  const uri = startLine.slice(first + 1, last);
  const request: SipRequest = { kind: 'request', method, uri, headers: head.headers, body };
  const answerable = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].some((name) => header(request, name) !== undefined);
  if (!answerable) return { kind: 'dropped', reason: 'no headers' };
  const lineFault =
    last === first
      ? { status: 400, reason: 'Malformed Request-Line' }
      : requestLineFault(startLine.slice(last + 1), uri);
  if (lineFault?.status === 505) return { kind: 'refused', request, ...lineFault };
  const fault = head.fault ?? lengthFault ?? headerFault(request);
  if (lineFault?.status === 400 || fault !== null)
    return {
      kind: 'refused',
      request,
      status: 400,
      reason: lineFault?.status === 400 ? lineFault.reason : (fault ?? 'Bad Request'),
    };
  if (lineFault !== null) return { kind: 'refused', request, ...lineFault };
  return { kind: 'message', message: request };
};
