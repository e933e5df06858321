/** An XMPP address (RFC 7622), already prepared: local part and domain lower case. */
export interface Jid {
  /** Empty for a domain. */
  local: string;
  domain: string;
  /** Empty for a bare JID. */
  resource: string;
  /** Without resource. */
  bare: string;
  full: string;
}

const maximumBytes = 1023;
const forbiddenInLocal = /["&'/:<>@\s\p{C}]/u;
const domainCharacters = /^[\p{L}\p{N}\p{M}_.-]+$/u;

const fits = (part: string): boolean => part.length > 0 && Buffer.byteLength(part) <= maximumBytes;

/** Prepares a resource (OpaqueString profile, RFC 8265); `null` where it is not allowed. */
export const prepareResource = (text: string): string | null => {
  const resource = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  return fits(resource) && !/\p{C}/u.test(resource) ? resource : null;
};

/** Puts prepared parts together. */
export const makeJid = (local: string, domain: string, resource = ''): Jid => {
  const bare = local === '' ? domain : `${local}@${domain}`;
  return { local, domain, resource, bare, full: resource === '' ? bare : `${bare}/${resource}` };
};

/** `null`: not an address. */
export const parseJid = (text: string): Jid | null => {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const at = address.indexOf('@');
  const domain = address
    .slice(at + 1)
    .replace(/\.$/, '')
    .normalize('NFC')
    .toLowerCase();
  if (!fits(domain) || !domainCharacters.test(domain) || /^[.-]|[.-]$/.test(domain)) return null;
  let local = '';
  if (at >= 0) {
    local = address.slice(0, at).normalize('NFKC').toLowerCase();
    if (!fits(local) || forbiddenInLocal.test(local)) return null;
  }
  if (slash < 0) return makeJid(local, domain);
  const resource = prepareResource(text.slice(slash + 1));
  return resource === null ? null : makeJid(local, domain, resource);
};
