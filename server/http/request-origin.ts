import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Where a request comes from and under which address the client reached the server. */
export interface RequestOrigin {
  /** Address of the client. */
  address: string;
  /** What limits are counted by: the address, of IPv6 its /64 prefix, which one customer has. */
  addressKey: string;
  /** Over TLS, at the server or at the proxy in front. */
  encrypted: boolean;
  /** From the machine itself, and not handed on by a proxy. */
  loopback: boolean;
  /** Host and port as the client wrote them. */
  host: string;
}

const hostPattern = /^[a-z0-9._:[\]-]{1,260}$/i;

/** `trustProxy`: the proxy in front sets `X-Forwarded-For`, `-Proto` and `-Host`; without it they count for nothing. */
export const requestOrigin = (request: IncomingMessage, trustProxy: boolean): RequestOrigin => {
  const socket: Socket = request.socket;
  const peer = plainAddress(socket.remoteAddress ?? '');
  const overTls = socket instanceof TLSSocket;
  const forwardedFor = headerOf(request, 'x-forwarded-for');
  const localHost = `${socket.localAddress ?? '127.0.0.1'}:${socket.localPort ?? 0}`;
  if (!trustProxy) {
    return originOf({
      address: peer,
      encrypted: overTls,
      loopback: isLoopback(peer) && forwardedFor === null,
      host: validHost(request.headers.host) ?? localHost,
    });
  }
  // The last hop is the one that our proxy saw itself.
  const forwarded = plainAddress(forwardedFor?.split(',').at(-1)?.trim() ?? '');
  const address = isIP(forwarded) === 0 ? peer : forwarded;
  const forwardedProtocol = headerOf(request, 'x-forwarded-proto')?.split(',').at(-1)?.trim().toLowerCase();
  return originOf({
    address,
    encrypted: forwardedProtocol === undefined ? overTls : forwardedProtocol === 'https' || forwardedProtocol === 'wss',
    loopback: isLoopback(address),
    host:
      validHost(headerOf(request, 'x-forwarded-host')?.split(',').at(-1)?.trim()) ??
      validHost(request.headers.host) ??
      localHost,
  });
};

const originOf = (origin: Omit<RequestOrigin, 'addressKey'>): RequestOrigin => ({
  ...origin,
  addressKey: addressKeyOf(origin.address),
});

const headerOf = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(',') : value) ?? null;
};

const validHost = (host: string | null | undefined): string | null =>
  host !== null && host !== undefined && hostPattern.test(host) && URL.canParse(`http://${host}`)
    ? host.toLowerCase()
    : null;

/** IPv4 as IPv4, also where the socket speaks IPv6. */
const plainAddress = (address: string): string =>
  address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;

export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));

export const addressKeyOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};
