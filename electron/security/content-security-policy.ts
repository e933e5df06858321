/** A server for trying out stands on the same machine and has no certificate; all others need TLS. */
const loopback = (scheme: 'http' | 'ws'): string => `${scheme}://127.0.0.1:* ${scheme}://localhost:*`;

const directives = [
  "default-src 'none'",
  "script-src 'self'",
  // Layout libraries place elements through style attributes.
  "style-src 'self' 'unsafe-inline'",
  `img-src 'self' data: blob: https: ${loopback('http')}`,
  // Messages of the mailbox are played from the server.
  `media-src 'self' blob: mediastream: https: ${loopback('http')}`,
  "font-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  `connect-src 'self' https: wss: ${loopback('http')} ${loopback('ws')}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** Policy of every page of the desktop (CSP level 3): own code only, no frames, no plain connection off the machine. */
export const contentSecurityPolicy = directives.join('; ');
