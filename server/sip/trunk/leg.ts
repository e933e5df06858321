import { parseAddress, tagOf } from '../message/address.ts';
import {
  cseq,
  header,
  headers,
  respond,
  withHeader,
  without,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import { randomToken, type ClientTransaction, type ServerTransaction } from '../proxy/transactions.ts';
import type { UserAgent } from './user-agent.ts';

/** What happens on a leg. All are called at most once, except `progressed`, `offered` and `referred`. */
export interface LegListener {
  /** 101 to 199; `sdp`: empty without early media. */
  progressed?(status: number, sdp: string): void;
  answered?(sdp: string): void;
  /** The INVITE of ours failed; a time-out is a 408, a lost connection too. */
  failed?(response: SipResponse): void;
  /** The caller of an incoming leg gave up before an answer. */
  cancelled?(reason: string): void;
  /** A later offer; `null` refuses it. */
  offered?(sdp: string): Promise<string | null>;
  /** A re-INVITE without an offer wants ours; the answer comes with `answeredLate`. */
  offerWanted?(): Promise<string>;
  answeredLate?(sdp: string): void;
  referred?(server: ServerTransaction): void;
  /** BYE from the other side. */
  ended?(reason: string): void;
}

export interface Outgoing {
  uri: string;
  /** Address without tag. */
  from: string;
  to: string;
  headers: SipHeader[];
  sdp: string;
  callId?: string;
}

const allow: SipHeader = { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY' };
const typed: SipHeader = { name: 'Content-Type', value: 'application/sdp' };
const glarePauseMs = 2_100;

/**
 * One dialog in which the server itself is a party (RFC 3261 §12), over a reliable transport.
 *
 *   outgoing: calling -> confirmed -> ended;  calling -> ended (refused, cancelled)
 *   incoming: ringing -> confirmed -> ended;  ringing -> ended (refused, cancelled)
 */
export class Leg {
  readonly agent: UserAgent;
  readonly callId: string;
  readonly localTag: string;
  listener: LegListener = {};
  state: 'calling' | 'ringing' | 'confirmed' | 'ended';
  /** Incoming: the INVITE it began with. */
  readonly invitation: SipRequest | null;
  #local: string;
  #remote: string;
  #target: string;
  #routes: string[];
  #sequence = 1;
  #remoteSequence = 0;
  #server: ServerTransaction | null = null;
  #client: ClientTransaction | null = null;
  #offering = false;
  #lateOffer = false;

  private constructor(
    agent: UserAgent,
    parts: {
      callId: string;
      localTag: string;
      local: string;
      remote: string;
      target: string;
      routes: string[];
      state: Leg['state'];
      invitation: SipRequest | null;
    },
  ) {
    this.agent = agent;
    this.callId = parts.callId;
    this.localTag = parts.localTag;
    this.#local = parts.local;
    this.#remote = parts.remote;
    this.#target = parts.target;
    this.#routes = parts.routes;
    this.state = parts.state;
    this.invitation = parts.invitation;
  }

  /** Sends an INVITE with an offer. */
  static call(agent: UserAgent, order: Outgoing, listener: LegListener): Leg {
    const leg = new Leg(agent, {
      callId: order.callId ?? `${randomToken()}@kontor`,
      localTag: randomToken(),
      local: order.from,
      remote: order.to,
      target: order.uri,
      routes: [],
      state: 'calling',
      invitation: null,
    });
    leg.listener = listener;
    agent.add(leg);
    leg.#invite(order.headers, order.sdp);
    return leg;
  }

  static incoming(agent: UserAgent, server: ServerTransaction): Leg {
    const { request } = server;
    const leg = new Leg(agent, {
      callId: header(request, 'Call-ID') ?? '',
      localTag: randomToken(),
      local: header(request, 'To') ?? '',
      remote: header(request, 'From') ?? '',
      target: parseAddress(header(request, 'Contact') ?? '')?.uri ?? '',
      routes: headers(request, 'Record-Route'),
      state: 'ringing',
      invitation: request,
    });
    leg.#server = server;
    leg.#remoteSequence = cseq(request).number;
    server.cancelled = (reason) => {
      if (leg.state !== 'ringing') return;
      leg.refuse(487, 'Request Terminated');
      leg.listener.cancelled?.(reason ?? '');
    };
    agent.add(leg);
    return leg;
  }

  get remoteTag(): string {
    return tagOf(this.#remote);
  }
  /** Whether the INVITE of ours has not even been acknowledged by a 100. */
  get unheard(): boolean {
    return this.#client?.state === 'calling';
  }

  ring(status: number, sdp = '', extra: SipHeader[] = []): void {
    if (this.state === 'ringing' && this.#server !== null)
      this.agent.transactions.respond(
        this.#server,
        this.#response(this.#server.request, status, status === 180 ? 'Ringing' : 'Session Progress', extra, sdp),
      );
  }
  /** `isOffer`: the INVITE had none, so that theirs comes with the ACK. */
  accept(sdp: string, isOffer = false): void {
    if (this.state !== 'ringing' || this.#server === null) return;
    this.state = 'confirmed';
    this.#lateOffer = isOffer;
    const timer = header(this.#server.request, 'Session-Expires');
    const session: SipHeader[] =
      timer === undefined
        ? []
        : /refresher=/.test(timer)
          ? [{ name: 'Session-Expires', value: timer }]
          : [
              { name: 'Session-Expires', value: `${timer};refresher=uac` },
              { name: 'Require', value: 'timer' },
            ];
    this.agent.transactions.respond(this.#server, this.#response(this.#server.request, 200, 'OK', session, sdp));
  }
  refuse(status: number, reason: string, extra: SipHeader[] = []): void {
    if (this.state !== 'ringing' || this.#server === null) return;
    this.#end();
    this.agent.transactions.respond(this.#server, this.#response(this.#server.request, status, reason, extra, ''));
  }

  /** Ends the leg in whatever way its state wants. */
  hangUp(reason = '', status = 480): void {
    const extra = reason === '' ? [] : [{ name: 'Reason', value: reason }];
    switch (this.state) {
      case 'calling':
        this.#end();
        if (this.#client !== null) this.agent.transactions.cancel(this.#client, reason);
        break;
      case 'ringing':
        this.refuse(status, 'Temporarily Unavailable', extra);
        break;
      case 'confirmed':
        this.#end();
        this.request('BYE', extra, '', () => undefined);
        break;
      case 'ended':
    }
  }

  /** Offers anew in the running dialog; resolves with the answer, or `null` where it was refused. */
  async reoffer(sdp: string): Promise<string | null> {
    if (this.state !== 'confirmed' || this.#offering) return null;
    this.#offering = true;
    try {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const response = await new Promise<SipResponse>((answered) =>
          this.request('INVITE', [typed, allow], sdp, (final) => final.status >= 200 && answered(final)),
        );
        if (response.status < 300) return response.body.toString();
        if (response.status !== 491) return null;
        await this.agent.pause(glarePauseMs + Math.random() * 1_900);
        if ((this.state as Leg['state']) !== 'confirmed') return null;
      }
      return null;
    } finally {
      this.#offering = false;
    }
  }

  /** A request in the dialog; challenges are answered. */
  request(method: string, extra: SipHeader[], body: string, heard: (response: SipResponse) => void): void {
    this.#sequence += 1;
    const request = this.#build(method, extra, body);
    const send = (sent: SipRequest): void => {
      this.agent.send(sent, (response) => {
        const again = this.agent.authorize?.(sent, response) ?? null;
        if (again !== null && (response.status === 401 || response.status === 407)) {
          this.#sequence += 1;
          const value = `${this.#sequence} ${method}`;
          return send({ ...sent, headers: [...withHeader(without(sent.headers, 'Via'), 'CSeq', value), again] });
        }
        if (method === 'INVITE' && response.status >= 200 && response.status < 300) this.#acknowledge(response);
        heard(response);
      });
    };
    send(request);
  }

  /** A request of the other side in this dialog. */
  handle(server: ServerTransaction): void {
    const { request } = server;
    const { method } = request;
    if (this.state === 'ended') return this.agent.transactions.refuse(server, 481, 'Call/Transaction Does Not Exist');
    const { number } = cseq(request);
    if (number <= this.#remoteSequence) return this.agent.transactions.refuse(server, 500, 'Out of Order');
    this.#remoteSequence = number;
    const ok = (): void => this.agent.transactions.respond(server, this.#response(request, 200, 'OK', [], ''));
    switch (method) {
      case 'BYE':
        ok();
        this.#end();
        this.listener.ended?.(header(request, 'Reason') ?? '');
        break;
      case 'INVITE':
      case 'UPDATE':
        this.#target = parseAddress(header(request, 'Contact') ?? '')?.uri ?? this.#target;
        if (this.#offering && method === 'INVITE') this.agent.transactions.refuse(server, 491, 'Request Pending');
        else void this.#renegotiate(server);
        break;
      case 'REFER':
        if (this.listener.referred === undefined || this.state !== 'confirmed')
          this.agent.transactions.refuse(server, 603, 'Decline');
        else this.listener.referred(server);
        break;
      default:
        ok();
    }
  }

  /** ACK of the other side. */
  acknowledged(request: SipRequest): void {
    if (!this.#lateOffer) return;
    this.#lateOffer = false;
    this.listener.answeredLate?.(request.body.toString());
  }

  async #renegotiate(server: ServerTransaction): Promise<void> {
    const { request } = server;
    const offer = request.body.toString();
    try {
      if (offer === '' && request.method === 'UPDATE')
        return this.agent.transactions.respond(server, this.#response(request, 200, 'OK', timerOf(request), ''));
      this.#lateOffer = offer === '';
      const sdp = offer === '' ? await this.listener.offerWanted?.() : await this.listener.offered?.(offer);
      if (sdp === undefined || sdp === null) throw new Error('nothing in common');
      this.agent.transactions.respond(server, this.#response(request, 200, 'OK', timerOf(request), sdp));
    } catch {
      this.agent.transactions.refuse(server, 488, 'Not Acceptable Here');
    }
  }

  #invite(extra: SipHeader[], sdp: string): void {
    const request = this.#build('INVITE', [...extra, typed, allow], sdp);
    const send = (sent: SipRequest): void => {
      this.#client = this.agent.send(sent, (response) => {
        if (response.status === 401 || response.status === 407) {
          const again = this.state === 'calling' ? (this.agent.authorize?.(sent, response) ?? null) : null;
          if (again !== null) {
            this.#sequence += 1;
            const kept = withHeader(without(sent.headers, 'Via'), 'CSeq', `${this.#sequence} INVITE`);
            return send({ ...sent, headers: [...kept, again] });
          }
        }
        this.#heard(response);
      });
    };
    send(request);
  }

  #heard(response: SipResponse): void {
    if (response.status < 200) {
      if (this.state === 'calling') this.listener.progressed?.(response.status, response.body.toString());
      return;
    }
    if (response.status >= 300) {
      if (this.state !== 'calling') return;
      this.#end();
      this.listener.failed?.(response);
      return;
    }
    const tag = tagOf(header(response, 'To'));
    if (this.state === 'confirmed' && tag === this.remoteTag) return this.#acknowledge(response);
    const first = this.state === 'calling';
    if (first || this.remoteTag === '') {
      this.#remote = header(response, 'To') ?? this.#remote;
      this.#target = parseAddress(header(response, 'Contact') ?? '')?.uri ?? this.#target;
      this.#routes = headers(response, 'Record-Route').toReversed();
    }
    this.#acknowledge(response);
    if (first) {
      this.state = 'confirmed';
      this.listener.answered?.(response.body.toString());
      return;
    }
    // Answered while it was being cancelled, or a second answer of a forked call.
    if (this.state === 'ended' && tag === this.remoteTag) this.request('BYE', [], '', () => undefined);
  }

  #acknowledge(response: SipResponse): void {
    const ack = this.#build('ACK', [], '');
    this.agent.dispatch({ ...ack, headers: withHeader(ack.headers, 'CSeq', `${cseq(response).number} ACK`) });
  }

  #build(method: string, extra: SipHeader[], body: string): SipRequest {
    const withContact = method === 'INVITE' || method === 'UPDATE' || method === 'REFER' || method === 'NOTIFY';
    const local = tagOf(this.#local) === '' ? `${this.#local};tag=${this.localTag}` : this.#local;
    return {
      kind: 'request',
      method,
      uri: this.#target,
      headers: [
        { name: 'Max-Forwards', value: '70' },
        { name: 'From', value: local },
        { name: 'To', value: this.#remote },
        { name: 'Call-ID', value: this.callId },
        { name: 'CSeq', value: `${this.#sequence} ${method}` },
        ...this.#routes.map((value) => ({ name: 'Route', value })),
        ...(withContact ? [{ name: 'Contact', value: `<${this.agent.contact()}>` }] : []),
        { name: 'User-Agent', value: 'Kontor' },
        ...extra,
      ],
      body: Buffer.from(body),
    };
  }

  #response(request: SipRequest, status: number, reason: string, extra: SipHeader[], sdp: string): SipResponse {
    const routes = request.headers.filter(({ name }) => name === 'Record-Route');
    const contact = { name: 'Contact', value: `<${this.agent.contact()}>` };
    const type = sdp === '' ? [] : [typed];
    const response = respond(request, status, reason, this.localTag, [...routes, contact, allow, ...type, ...extra]);
    return { ...response, body: Buffer.from(sdp) };
  }

  #end(): void {
    this.state = 'ended';
    this.agent.remove(this);
  }
}

/** The refresher stays who it was (RFC 4028 §9). */
const timerOf = (request: SipRequest): SipHeader[] => {
  const timer = header(request, 'Session-Expires');
  if (timer === undefined) return [];
  return [{ name: 'Session-Expires', value: /refresher=/.test(timer) ? timer : `${timer};refresher=uac` }];
};
