import type { RateLimitRule } from './http/rate-limit.ts';

/** What one client, address or account may use of the server. */
export interface ServerLimits {
  /** Bytes of one REST request. */
  bodyBytes: number;
  requestsPerAddress: RateLimitRule;
  requestsPerSession: RateLimitRule;
  loginsPerAddress: RateLimitRule;
  /** Open WebSockets of one address. An office behind one address needs three a client. */
  socketsPerAddress: number;
  /** Open WebSockets of one account at each of `/sip`, `/xmpp` and `/events`. */
  connectionsPerAccount: number;
  sipMessageBytes: number;
  sipHeaders: number;
  sipMessagesPerSecond: number;
  stanzaBytes: number;
  stanzasPerSecond: number;
  messageCharacters: number;
  avatarBytes: number;
  eventRetention: { days: number; count: number };
}

export const defaultServerLimits: ServerLimits = {
  bodyBytes: 64 * 1024,
  requestsPerAddress: { perSecond: 200, burst: 2_000 },
  requestsPerSession: { perSecond: 30, burst: 300 },
  loginsPerAddress: { perSecond: 5, burst: 60 },
  socketsPerAddress: 1_000,
  connectionsPerAccount: 20,
  sipMessageBytes: 64 * 1024,
  sipHeaders: 200,
  sipMessagesPerSecond: 50,
  stanzaBytes: 256 * 1024,
  stanzasPerSecond: 100,
  messageCharacters: 20_000,
  avatarBytes: 128 * 1024,
  eventRetention: { days: 7, count: 500_000 },
};
