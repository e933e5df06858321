/** JsSIP behind an interface: registration, the line under it, and new sessions. Nothing else imports the library's UA. */
import JsSIP from 'jssip';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { RTCSessionEvent } from 'jssip/lib/UA';
import type { LedgerEntry } from '../../protocol/ipc.ts';
import type { Provisioning } from '../../protocol/rest.ts';
import type { Clock } from '../ports/ports.ts';
import type { LinkState } from '../state/types.ts';
import type { OfferHandlers } from './dialog-offers.ts';
import { createSipSocket } from './sip-socket.ts';

interface ReplacesEvent {
  request: SipRequest;
  accept(begun: (session: SipSession) => void): void;
  reject(): void;
}
interface ReferEvent {
  request: SipRequest & { refer_to: { uri: { user?: string | null; hasHeader(name: string): boolean } } };
  accept(begun: (session: SipSession) => void, options: ConnectOptions): void;
  reject(): void;
}
interface ConnectOptions {
  mediaStream: MediaStream;
  pcConfig: { iceServers: RTCIceServer[] };
  extraHeaders: string[];
}
/** What JsSIP 3.13.8 has and its types leave out. */
export type SipSession = Omit<RTCSession, 'sendRequest' | 'connect' | 'init_incoming'> & {
  connect(target: string, options: ConnectOptions, begun: () => void): void;
  init_incoming(request: object, begun: (session: SipSession) => void): void;
  sendRequest(
    method: 'INVITE' | 'ACK' | 'UPDATE',
    options?: { extraHeaders?: string[]; body?: string; eventHandlers?: OfferHandlers },
  ): unknown;
};
interface UntypedDialog {
  id: { call_id: string; local_tag: string; remote_tag: string };
  _remote_uri: { toString(): string };
  _route_set: string[];
}
interface UntypedAgent {
  sendOptions(target: string): unknown;
  registrator(): { onTransportClosed(): void };
  newDialog(dialog: object): void;
  destroyDialog(dialog: object): void;
}
export interface SipRequest {
  method?: string;
  getHeader(name: string): string | undefined;
}
interface AnswerableRequest extends SipRequest {
  reply(status: number, reason?: string | null, extraHeaders?: string[]): void;
}
/** An INVITE that wants to take the place of a dialog we have (RFC 3891). */
export interface Replacement {
  /** Numbers and names under which the server vouches for the sender. */
  identities: string[];
  /** The new session; it has to be answered. */
  accept(begun: (session: SipSession) => void): void;
  reject(): void;
}
/** The other side hands us on (REFER, RFC 3515); it is told how that goes. */
export interface Referral {
  number: string;
  accept(microphone: MediaStream, begun: (session: SipSession) => void): void;
  reject(): void;
}
/** What of a dialog a fresh engine needs to take it over. */
export type DialogFacts = Pick<LedgerEntry, 'dialogId' | 'route' | 'remoteUri'>;
export interface Identity {
  name: string | null;
  /** Empty where the caller does not want to be shown. */
  number: string;
  /** Comes from a colleague's telephone by the user's own wish (RFC 5373). */
  pickedUp: boolean;
}

export interface SoftphoneOptions {
  sip: Provisioning['sip'];
  clock: Clock;
  changed(state: LinkState): void;
  /** A session that rings here. */
  incoming(session: SipSession, from: Identity): void;
  /** The session of an own call, before its INVITE is sent. */
  outgoing(session: SipSession): void;
  /** Registered for the first time: calls can be made. */
  lineUp(): void;
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
  /** Calls the other party of a dialog that a former engine had, to put a new one in its place. */
  takeOver(dialog: DialogFacts, microphone: MediaStream, begun: (session: SipSession) => void): void;
  /** Answers for a dialog that is about to be taken over. Returns the function that ends that. */
  keepPlace(dialog: DialogFacts, listener: PlaceListener): () => void;
  /** Asks the other side to call `number` instead of us; reports once whether somebody answered there. */
  refer(session: SipSession, number: string, done: (answered: boolean) => void): void;
  onReferred(session: SipSession, listener: (referral: Referral) => void): void;
  /** Listens for an INVITE that replaces the dialog of this session. */
  onReplaced(session: SipSession, listener: (replacement: Replacement) => void): void;
}
export interface PlaceListener {
  /** The other party has ended the call. */
  ended(): void;
  /** The other party was restarted too and wants the dialog itself. True: `accept` has been called. */
  replaced(replacement: Replacement): boolean;
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
  const number = String(address.uri.user ?? '').slice(0, 64);
  return {
    name: name ? name.slice(0, 100) : null,
    number: number === 'anonymous' ? '' : number,
    pickedUp: request.getHeader('Answer-Mode')?.trim().toLowerCase() === 'auto',
  };
};

/** The names under which a message vouches for its sender: asserted identity and, checked by the server, From. */
const identitiesOf = (request: SipRequest): string[] =>
  ['P-Asserted-Identity', 'From'].flatMap((name) => {
    const value = request.getHeader(name);
    const address = value === undefined ? undefined : JsSIP.NameAddrHeader.parse(value);
    return address ? [String(address.uri.user ?? '')] : [];
  });

/** Whom the server names as the sender of a message; `undefined` where it names nobody. */
export const assertedNumber = (message: SipRequest): string | undefined =>
  message.getHeader('P-Asserted-Identity') === undefined ? undefined : identitiesOf(message)[0];

/** The session's dialog, once it is confirmed. */
export const dialogOf = (session: SipSession): DialogFacts | null => {
  const dialog = (session as unknown as { _dialog?: UntypedDialog })._dialog;
  if (!dialog) return null;
  const { call_id: callId, local_tag: localTag, remote_tag: remoteTag } = dialog.id;
  const remoteUri = dialog._remote_uri.toString();
  return { dialogId: { callId, localTag, remoteTag }, route: dialog._route_set[0] ?? '', remoteUri };
};

export const createSoftphone = (options: SoftphoneOptions): Softphone => {
  const { sip, clock } = options;
  let registered = false;
  let wasRegistered = false;
  let cancelKeepAlive: (() => void) | null = null;
  /** Sessions that somebody has asked for: they do not ring. */
  const expected = new WeakSet<SipSession>();

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
  const newSession = (): SipSession => {
    const { RTCSession } = JsSIP as unknown as { RTCSession: new (agent: JsSIP.UA) => SipSession };
    const session = new RTCSession(agent);
    expected.add(session);
    return session;
  };

  agent.on('registered', () => {
    registered = true;
    socket.registered();
    if (wasRegistered) options.lineBack();
    else options.lineUp();
    wasRegistered = true;
    cancelKeepAlive?.();
    cancelKeepAlive = clock.after(keepAliveInterval, () => ping(keepAliveAnswer));
  });
  agent.on('registrationFailed', () => socket.renew(false));
  agent.on('newRTCSession', (event: RTCSessionEvent) => {
    const session = event.session as unknown as SipSession;
    if (expected.has(session)) return;
    const required = session.direction === 'incoming' ? unsupportedOf(event.request as unknown as SipRequest) : [];
    if (required.length > 0) {
      const extraHeaders = [`Unsupported: ${required.join(', ')}`];
      session.terminate({ status_code: 420, reason_phrase: 'Bad Extension', extraHeaders });
    } else if (session.direction === 'outgoing') options.outgoing(session);
    else options.incoming(session, identityOf(event.request as unknown as SipRequest, session));
  });
  // In-dialog and out-of-dialog messages are answered, so that nobody waits for them.
  agent.on('newMessage', () => undefined);

  const addressOf = (number: string): string =>
    `sip:${number.replaceAll('#', '%23')}@${sip.uri.replace(/^sip:[^@]*@/, '')}`;
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
      agent.call(addressOf(number), {
        mediaStream: microphone,
        pcConfig: { iceServers },
        rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: false },
      });
    },
    takeOver: ({ dialogId, route, remoteUri }, microphone, begun) => {
      const { callId, localTag, remoteTag } = dialogId;
      const session = newSession();
      const extraHeaders = [`Replaces: ${callId};to-tag=${remoteTag};from-tag=${localTag}`];
      if (route !== '') extraHeaders.push(`Kontor-Replaced-Route: ${route}`);
      session.connect(remoteUri, { mediaStream: microphone, pcConfig: { iceServers }, extraHeaders }, () =>
        begun(session),
      );
    },
    keepPlace: ({ dialogId }, listener) => {
      const { callId, localTag, remoteTag } = dialogId;
      const receiveRequest = (request: AnswerableRequest): void => {
        const { method } = request;
        if (method === 'BYE') {
          request.reply(200);
          listener.ended();
        } else if (method === 'INVITE' && request.getHeader('Replaces') !== undefined) {
          const accept = (begun: (session: SipSession) => void): void => {
            newSession().init_incoming(request, begun);
          };
          const replacement = { identities: identitiesOf(request), accept, reject: () => request.reply(491) };
          if (!listener.replaced(replacement)) request.reply(491);
        } else if (method === 'INVITE') request.reply(491);
        // The dialog lives, but has nothing to say before it is replaced.
        else if (method !== 'ACK') request.reply(480);
      };
      const place = {
        id: { toString: () => callId + localTag + remoteTag },
        owner: { isEnded: () => false, receiveRequest },
        receiveRequest,
      };
      untyped.newDialog(place);
      return () => untyped.destroyDialog(place);
    },
    refer: (session, number, done) => {
      const refused = (): void => done(false);
      session.refer(addressOf(number), {
        eventHandlers: { requestFailed: refused, failed: refused, accepted: () => done(true) },
      });
    },
    onReferred: (session, listener) => {
      session.on('refer', (event) => {
        const { request, accept, reject } = event as unknown as ReferEvent;
        const { user } = request.refer_to.uri;
        if (request.refer_to.uri.hasHeader('Replaces')) reject();
        else
          listener({
            number: String(user ?? ''),
            accept: (mediaStream, begun) =>
              accept(
                (next) => {
                  expected.add(next);
                  begun(next);
                },
                { mediaStream, pcConfig: { iceServers }, extraHeaders: [] },
              ),
            reject,
          });
      });
    },
    onReplaced: (session, listener) => {
      session.on('replaces', (event) => {
        const { request, accept, reject } = event as unknown as ReplacesEvent;

        listener({
          identities: identitiesOf(request),
          accept: (begun) =>
            accept((next) => {
              expected.add(next);
              begun(next);
            }),
          reject,
        });
      });
    },
  };
};
