/** URIs, name-addr and Via values (RFC 3261 §19.1, §20, §25). */

export type Parameters = Map<string, string | null>;

export interface SipUri {
  scheme: 'sip' | 'sips';
  /** Unescaped; empty when there is none. */
  user: string;
  /** Lower case. */
  host: string;
  port: number | null;
  parameters: Parameters;
  /** What follows the `?`. */
  headers: string;
}

export interface Address {
  displayName: string;
  /** As written, without angle brackets. */
  uri: string;
  /** Header parameters (tag, expires …). */
  parameters: Parameters;
}

export interface Via {
  transport: string;
  sentBy: string;
  branch: string;
  parameters: Parameters;
}

const token = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const hostForm = /^(?:\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9\-.]*(?<!-))$/i;
/** Characters of a user part, escapes aside (RFC 3261 §25.1). */
const userCharacters = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/]+$/;
const isUserPart = (text: string): boolean => userCharacters.test(text.replace(/%[0-9A-Fa-f]{2}/g, '-'));

/** Splits at `separator` outside quotes and angle brackets; `null` when those do not close. */
export const splitTopLevel = (text: string, separator: string): string[] | null => {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  let bracket = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"' && !bracket) quoted = true;
    else if (char === '<') bracket = true;
    else if (char === '>') bracket = false;
    else if (char === separator && !bracket) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  if (quoted || bracket) return null;
  parts.push(text.slice(from));
  return parts.map((part) => part.trim());
};

/** `;name=value` lists; `null` for a malformed one. Names in lower case, quotes taken off. */
export const parseParameters = (parts: string[]): Parameters | null => {
  const parameters: Parameters = new Map();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim();
    const value = equals < 0 ? null : part.slice(equals + 1).trim();
    if (!token.test(name) || value === '') return null;
    if (value !== null && !value.startsWith('"') && /[\s"<>,]/.test(value)) return null;
    parameters.set(
      name.toLowerCase(),
      value?.startsWith('"') === true ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value,
    );
  }
  return parameters;
};

const unescapePercent = (text: string): string =>
  Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    /[^\x20-\x7e]/.test(text) ? 'utf8' : 'latin1',
  ).toString('utf8');

/** A SIP or SIPS URI, or `null`. */
export const parseUri = (text: string): SipUri | null => {
  const schemeEnd = text.indexOf(':');
  const scheme = text.slice(0, schemeEnd).toLowerCase();
  if ((scheme !== 'sip' && scheme !== 'sips') || /[\s<>"]/.test(text)) return null;
  const rest = text.slice(schemeEnd + 1);
  const at = rest.indexOf('@');
  const userInfo = at < 0 ? '' : rest.slice(0, at);
  const colon = userInfo.indexOf(':');
  const user = colon < 0 ? userInfo : userInfo.slice(0, colon);
  if (at === 0 || (at > 0 && !isUserPart(user))) return null;
  const [beforeHeaders = '', ...headerParts] = rest.slice(at + 1).split('?');
  const [hostPort = '', ...parameterParts] = beforeHeaders.split(';');
  const portAt = hostPort.indexOf(':', hostPort.indexOf(']') + 1);
  const host = (portAt < 0 ? hostPort : hostPort.slice(0, portAt)).toLowerCase();
  const digits = portAt < 0 ? null : hostPort.slice(portAt + 1);
  const port = digits === null ? null : Number(digits);
  const parameters = parseParameters(parameterParts);
  if (digits !== null && !/^\d{1,5}$/.test(digits)) return null;
  if (!hostForm.test(host) || parameters === null || (port !== null && port > 65535)) return null;
  return { scheme, user: unescapePercent(user), host, port, parameters, headers: headerParts.join('?') };
};

/** `"Name" <uri>;params` or `uri;params` (then the parameters are the header's); `null` when malformed. */
export const parseAddress = (value: string): Address | null => {
  const parts = splitTopLevel(value, ';');
  if (parts === null) return null;
  const [first = '', ...rest] = parts;
  const bracketed = /^(.*?)<([^<>]*)>$/s.exec(first.trim());
  const parameters = parseParameters(rest);
  if (parameters === null) return null;
  if (bracketed === null) {
    // Without brackets neither `?`, `,` nor `;` may be part of the URI (RFC 3261 §20).
    if (/[\s<>"?,]/.test(first) || !/^[A-Za-z][A-Za-z0-9+.-]*:./.test(first)) return null;
    return { displayName: '', uri: first, parameters };
  }
  const name = (bracketed[1] ?? '').trim();
  const uri = bracketed[2] ?? '';
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(name);
  if (quoted === null && name !== '' && !name.split(/\s+/).every((word) => token.test(word))) return null;
  if (/\s/.test(uri) || !/^[A-Za-z][A-Za-z0-9+.-]*:./.test(uri)) return null;
  return { displayName: quoted === null ? name : (quoted[1] ?? '').replace(/\\(.)/gs, '$1'), uri, parameters };
};

/** One Via value; `null` when malformed. */
export const parseVia = (value: string): Via | null => {
  const from = value.indexOf(';');
  const head = (from < 0 ? value : value.slice(0, from)).trim().replace(/\s*([:/])\s*/g, '$1');
  const form = /^SIP\/2\.0\/([A-Za-z0-9\-.!%*_+`'~]+)\s+(\S+)$/i.exec(head);
  if (form === null) return null;
  const parts = splitTopLevel(from < 0 ? '' : value.slice(from), ';');
  const parameters = parts === null ? null : parseParameters(parts.slice(1));
  if (parameters === null) return null;
  return {
    transport: (form[1] ?? '').toUpperCase(),
    sentBy: (form[2] ?? '').toLowerCase(),
    branch: parameters.get('branch') ?? '',
    parameters,
  };
};

/** A display name as quoted-string. */
export const quote = (text: string): string => `"${text.replace(/[\r\n]/g, ' ').replace(/(["\\])/g, '\\$1')}"`;

/** Tag of a From or To value; empty when there is none. */
export const tagOf = (value: string | undefined): string => parseAddress(value ?? '')?.parameters.get('tag') ?? '';
