/**
 * The WebSocket under JsSIP (RFC 7118). JsSIP ends every session when its transport is lost; this socket therefore
 * reports only the first connection and keeps the rest to itself: while the line is down nothing fails, and what
 * was on its way is sent again as soon as the registration stands. That also carries a BYE over the gap.
 */
import type { Clock } from '../ports/ports.ts';
import type { LinkState } from '../state/types.ts';
import { createReconnection } from '../session/reconnection.ts';
import { createForkedAnswers } from './forked-answers.ts';
import { closeCodes } from '../../protocol/events.ts';

export interface SipSocketOptions {
  url: string;
  clock: Clock;
  changed(state: LinkState): void;
  /** The line stands again after a loss: register, then call `registered`. */
  reopened(): void;
  lost(): void;
  /** On wake while the line seems up: find out whether it is. */
  check(): void;
  revoked(): void;
}
export interface SipSocket {
  readonly url: string;
  readonly sip_uri: string;
  via_transport: string;
  onconnect: () => void;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void;
  ondata: (data: unknown) => void;
  connect(): void;
  disconnect(): void;
  send(message: unknown): boolean;
  isConnected(): boolean;
  isConnecting(): boolean;

  /** Milliseconds since the epoch of the last sign of life. */
  readonly heardAt: number;
  /** The registration stands: the link is up, and what waited goes out. */
  registered(): void;
  /** The line is dead or of no use: drop it and connect anew. `soon` skips the waiting. */
  renew(soon: boolean): void;
  wake(): void;
}

const openTimeout = 10_000;
/** An offer older than this is no longer waited for (RFC 3261 timer B); a BYE still has to arrive. */
const offerLifetime = 30_000;
const endLifetime = 600_000;
const mostKept = 200;

const branchOf = (message: string): string | null =>
  /^(?:Via|v)\s*:[^\r\n]*?branch=([^;,\s]+)/im.exec(message)?.[1] ?? null;
const isInviteResponse = (message: string, status: number): boolean =>
  message.startsWith(`SIP/2.0 ${status} `) && /^CSeq\s*:\s*\d+\s+INVITE/im.test(message);

export const createSipSocket = (options: SipSocketOptions): SipSocket => {
  const { clock } = options;
  const address = new URL(options.url);
  let socket: WebSocket | null = null;
  let announced = false;
  let heardAt = 0;
  /** Requests without a final answer, by branch and method. */
  const unanswered = new Map<string, { message: string; method: string; at: number }>();
  /** ACKs and responses that found no line. */
  let unsent: string[] = [];
  let registered = false;
  const forked = createForkedAnswers(() => `z9hG4bK${clock.random().toString(36).slice(2)}`);

  const isOpen = (): boolean => socket?.readyState === 1;
  const close = (): void => {
    const old = socket;
    socket = null;
    registered = false;
    old?.close();
  };
  const lose = (): void => {
    close();
    if (announced) options.lost();
    reconnection.lost();
  };
  const open = (): void => {
    close();
    const current = new WebSocket(options.url, 'sip');
    socket = current;
    const cancelTimeout = clock.after(openTimeout, () => {
      if (socket === current && !isOpen()) lose();
    });
    current.onopen = () => {
      cancelTimeout();
      if (socket !== current) return;
      heardAt = clock.now();
      if (announced) options.reopened();
      else {
        announced = true;
        sipSocket.onconnect();
      }
    };
    current.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket !== current) return;
      heardAt = clock.now();
      const refusal = typeof data === 'string' ? forked.refusalOf(data) : null;
      if (refusal === null) sipSocket.ondata(typeof data === 'string' ? received(data) : data);
      else for (const message of refusal) sipSocket.send(message);
    };
    current.onclose = ({ code }) => {
      cancelTimeout();
      if (socket !== current) return;
      if (code === closeCodes.unauthorized || code === closeCodes.revoked) options.revoked();
      else lose();
    };
  };
  /** Notes what is answered, and leaves the repetition after 491 to us: JsSIP would repeat the stale offer. */
  const received = (message: string): string => {
    const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(message)?.[1] ?? 0);
    if (status >= 200) {
      const method = /^CSeq\s*:\s*\d+\s+(\w+)/im.exec(message)?.[1] ?? '';
      unanswered.delete(`${branchOf(message)} ${method}`);
    }
    return isInviteResponse(message, 491)
      ? message.replace(/^SIP\/2\.0 491 [^\r\n]*/, 'SIP/2.0 499 Request Pending')
      : message;
  };
  const flush = (): void => {
    const waiting = unsent;
    unsent = [];
    for (const message of waiting) socket?.send(message);
    for (const [key, { message, method, at }] of unanswered) {
      const lifetime = method === 'BYE' || method === 'CANCEL' ? endLifetime : offerLifetime;
      if (clock.now() - at > lifetime) unanswered.delete(key);
      else socket?.send(message);
    }
  };
  const reconnection = createReconnection({ clock, open, check: options.check, changed: options.changed });

  const sipSocket: SipSocket = {
    url: options.url,
    sip_uri: `sip:${address.host};transport=ws`,
    via_transport: address.protocol === 'wss:' ? 'WSS' : 'WS',
    onconnect: () => undefined,
    ondisconnect: () => undefined,
    ondata: () => undefined,
    connect: reconnection.start,
    disconnect: () => {
      reconnection.stop();
      close();
      announced = false;
      unanswered.clear();
      unsent = [];
    },
    send: (data) => {
      const message = String(data);
      const method = /^(\w+) /.exec(message)?.[1] ?? '';
      const passing = method === 'REGISTER' || method === 'OPTIONS';
      if (isOpen() && (registered || passing || !announced)) {
        socket?.send(message);
        if (!passing && method !== 'ACK' && !message.startsWith('SIP/2.0')) keep(message, method);
        return true;
      }
      if (passing) return true; // Made anew when the line is back.
      if (method === 'ACK' || message.startsWith('SIP/2.0')) unsent = [...unsent, message].slice(-mostKept);
      else keep(message, method);
      return true;
    },
    isConnected: isOpen,
    isConnecting: () => reconnection.state.phase === 'connecting',
    get heardAt() {
      return heardAt;
    },
    registered: () => {
      registered = true;
      reconnection.opened();
      flush();
    },
    renew: (soon) => {
      lose();
      if (soon) reconnection.wake();
    },
    wake: reconnection.wake,
  };
  const keep = (message: string, method: string): void => {
    const [oldest] = unanswered.keys();
    if (unanswered.size >= mostKept && oldest !== undefined) unanswered.delete(oldest);
    unanswered.set(`${branchOf(message)} ${method}`, { message, method, at: clock.now() });
  };
  return sipSocket;
};
