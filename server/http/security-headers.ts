import type { RequestOrigin } from './request-origin.ts';

/** Origin of the desktop client's windows. It sends bearer tokens; cookies there are none. */
export const desktopOrigin = 'app://kontor';

/** For every answer. `sipUrl`: where the softphone registers when that is another host. Safari does not count WebSockets of the same host as `'self'`, so they are named. */
export const securityHeaders = ({ host, encrypted }: RequestOrigin, sipUrl: string | null): Record<string, string> => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${encrypted ? 'wss' : 'ws'}://${host}${sipUrl === null || sipUrl.startsWith('/') ? '' : ` ${new URL(sipUrl).origin}`}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy':
    'microphone=(self), camera=(self), display-capture=(self), geolocation=(), payment=(), usb=(), serial=()',
  'cross-origin-opener-policy': 'same-origin',
  ...(encrypted ? { 'strict-transport-security': 'max-age=15552000' } : {}),
});

/** For requests of the desktop client only; no other foreign page may read an answer. */
export const corsHeaders = (origin: string | undefined): Record<string, string> =>
  origin === desktopOrigin
    ? {
        'access-control-allow-origin': desktopOrigin,
        'access-control-allow-methods': 'GET, POST, PUT, DELETE',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-expose-headers': 'retry-after',
        'access-control-max-age': '600',
        vary: 'origin',
      }
    : { vary: 'origin' };

/** Pages of the server itself and the desktop client may open WebSockets; so may programs, which send no origin. */
export const mayConnect = (origin: string | undefined, host: string): boolean => {
  if (origin === undefined || origin === desktopOrigin) return true;
  const url = URL.parse(origin);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && sameHost(url, host);
};

const sameHost = (url: URL, host: string): boolean => url.host === URL.parse(`${url.protocol}//${host}`)?.host;
