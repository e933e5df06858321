/** JsSIP behind an interface: registration, the line under it, and new sessions. Nothing else imports the library's UA. */
import JsSIP from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import type { Provisioning } from '../../protocol/rest.ts';
import type { Clock } from '../ports/ports.ts';
import type { LinkState } from '../state/types.ts';
import type { OfferHandlers } from './dialog-offers.ts';
import { createSipSocket } from './sip-socket.ts';

/** What JsSIP 3.13.8 has and its types leave out. */
export type SipSession = Omit<RTCSession, 'sendRequest'> & {
  sendRequest(
    method: 'INVITE' | 'ACK' | 'UPDATE',
    options?: { extraHeaders?: string[]; body?: string; eventHandlers?: OfferHandlers },
  ): unknown;
};
interface UntypedAgent {
  sendOptions(target: string): unknown;
  registrator(): { onTransportClosed(): void };
}
export interface SipRequest {
  getHeader(name: string): string | undefined;
}
export interface Identity {
  name: string | null;
  number: string;
}

export interface SoftphoneOptions {
  sip: Provisioning['sip'];
  clock: Clock;
  changed(state: LinkState): void;
  /** A session that rings here. */
  incoming(session: SipSession, from: Identity): void;
  /** The session of an own call, before its INVITE is sent. */
  outgoing(session: SipSession): void;
  lineLost(): void;
  /** Registered again after a loss: every dialog has to be proven. */
  lineBack(): void;
  revoked(): void;
}
export interface Softphone {
  readonly registered: boolean;
  readonly iceServers: RTCIceServer[];
  start(): void;
  stop(): void;
  wake(): void;
  /** The session is handed over through `outgoing` before this returns. */
  call(number: string, microphone: MediaStream): void;
}

const keepAliveInterval = 15_000;
const keepAliveAnswer = 5_000;
const checkAnswer = 2_000;
const registerExpires = 300;

/** A stable `+sip.instance` (RFC 5626): the device's own id, spread over the shape of a UUID. */
export const instanceIdOf = (device: string): string => {
  if (/^[0-9a-f]+-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]+$/i.test(device) && device.length === 36)
    return device.toLowerCase();
  const words = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b].map((seed) => {
    let hash = seed;
    for (const character of device) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, '0');
  });
  const hex = words.join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
};

/** Extensions (RFC 3261 §19.2) that a call may require of us. The library takes every call without looking. */
const supported = new Set(['replaces', 'outbound', 'ice', 'timer', 'norefersub']);
const unsupportedOf = (request: SipRequest): string[] =>
  (request.getHeader('Require') ?? '')
    .split(',')
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '' && !supported.has(tag));

/** Who calls: the server's word (RFC 3325) before the caller's own. */
const identityOf = (request: SipRequest, session: SipSession): Identity => {
  const asserted = request.getHeader('P-Asserted-Identity');
  const address = (asserted && JsSIP.NameAddrHeader.parse(asserted)) || session.remote_identity;
  const name = address.display_name?.trim();
  return { name: name ? name.slice(0, 100) : null, number: String(address.uri.user ?? '').slice(0, 64) };
};

export const createSoftphone = (options: SoftphoneOptions): Softphone => {
  const { sip, clock } = options;
  let registered = false;
  let wasRegistered = false;
  let cancelKeepAlive: (() => void) | null = null;

  const rest = (): void => {
    registered = false;
    cancelKeepAlive?.();
    cancelKeepAlive = null;
  };
  /** Asks for a sign of life; without one the line is dead, whatever the browser says. */
  const ping = (patience: number): void => {
    const askedAt = clock.now();
    untyped.sendOptions(sip.uri.replace(/^sip:[^@]*@/, 'sip:'));
    cancelKeepAlive?.();
    cancelKeepAlive = clock.after(patience, () => {
      if (socket.heardAt < askedAt) socket.renew(true);
      else cancelKeepAlive = clock.after(keepAliveInterval, () => ping(keepAliveAnswer));
    });
  };
  const socket = createSipSocket({
    url: sip.url,
    clock,
    changed: options.changed,
    lost: () => {
      rest();
      untyped.registrator().onTransportClosed();
      options.lineLost();
    },
    reopened: () => agent.register(),
    check: () => ping(checkAnswer),
    revoked: options.revoked,
  });
  const agent = new JsSIP.UA({
    sockets: [socket],
    uri: sip.uri,
    authorization_user: sip.authorizationUser,
    password: sip.password,
    realm: sip.realm,
    instance_id: instanceIdOf(sip.authorizationUser),
    register: true,
    register_expires: registerExpires,
    session_timers: false,
    no_answer_timeout: 180,
    user_agent: 'Kontor',
  });
  const untyped = agent as unknown as UntypedAgent;

  agent.on('registered', () => {
    registered = true;
    socket.registered();
    if (wasRegistered) options.lineBack();
    wasRegistered = true;
    cancelKeepAlive?.();
    cancelKeepAlive = clock.after(keepAliveInterval, () => ping(keepAliveAnswer));
  });
  agent.on('registrationFailed', () => socket.renew(false));
  agent.on('newRTCSession', (event: RTCSessionEvent) => {
    const session = event.session as unknown as SipSession;
    const required = session.direction === 'incoming' ? unsupportedOf(event.request as unknown as SipRequest) : [];
    if (required.length > 0) {
      const extraHeaders = [`Unsupported: ${required.join(', ')}`];
      session.terminate({ status_code: 420, reason_phrase: 'Bad Extension', extraHeaders });
    } else if (session.direction === 'outgoing') options.outgoing(session);
    else options.incoming(session, identityOf(event.request as unknown as SipRequest, session));
  });
  // In-dialog and out-of-dialog messages are answered, so that nobody waits for them.
  agent.on('newMessage', () => undefined);

  const iceServers = sip.iceServers.map((server): RTCIceServer => ({ ...server }));
  return {
    get registered() {
      return registered;
    },
    iceServers,
    start: () => agent.start(),
    stop: () => {
      rest();
      agent.stop();
      socket.disconnect();
    },
    wake: () => socket.wake(),
    call: (number, microphone) => {
      const domain = sip.uri.replace(/^sip:[^@]*@/, '');
      agent.call(`sip:${number.replaceAll('#', '%23')}@${domain}`, {
        mediaStream: microphone,
        pcConfig: { iceServers },
        rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: false },
      });
    },
  };
};
