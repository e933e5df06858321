import { createHmac, randomUUID } from 'node:crypto';
import type { Account, DeviceAccount } from '../../accounts/accounts.ts';
import type { Call } from '../calls/call-book.ts';
import { parseAddress, parseUri, parseVia, quote, tagOf } from '../message/address.ts';
import {
  cseq,
  header,
  headers,
  respond,
  tokens,
  without,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import type { SipPeer } from '../transport/sip-connection.ts';
import type { Binding } from '../registrar/location.ts';
import type { Caller, LocalApplication, ProxyCore, Sender } from './core.ts';
import { Destinations } from './destination.ts';
import { dressed, Fork, type ForkTarget, type Untaken } from './fork.ts';
import { DialogCarrier, dialogRoute } from './in-dialog.ts';
import { identityOf, outsideDialog, replacedRouteHeader } from './outside-dialog.ts';
import { recordRoute } from './route-token.ts';
import { takeOver } from './takeover.ts';
import { randomToken, type ServerTransaction } from './transactions.ts';

const allowed = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, REFER, NOTIFY, UPDATE, INFO, PRACK';
const inDialogOnly = new Set(['BYE', 'UPDATE', 'INFO', 'PRACK', 'NOTIFY']);
const sessionSeconds = 1800;
/** The network outside gives up by itself, and earlier. */
const outsideRingMs = 180_000;
/** Why a call goes to the mailbox (RFC 4458 §2.3). */
const causes: Record<Untaken, number> = { noAnswer: 408, busy: 486, unreachable: 404 };

/** Why a colleague's call did not come, or that it comes. */
export type PickUpResult = 'offered' | 'forbidden' | 'nothingRings' | 'noTelephone';

/** An attempt that rings now. */
interface Ringing {
  fork: Fork;
  call: Call;
  userId: string;
  /** To one more telephone of the callee. */
  offer: (binding: Binding) => void;
  /** To a colleague who takes it. */
  pickUp: (binding: Binding) => void;
}

/** Who picks up has said so already: RFC 5373, and what telephones understood before it. */
const answersAtOnce: SipHeader[] = [
  { name: 'Answer-Mode', value: 'Auto' },
  { name: 'Alert-Info', value: '<http://127.0.0.1>;info=alert-autoanswer;delay=0' },
  { name: 'Call-Info', value: '<sip:127.0.0.1>;answer-after=0' },
];

/** Decides what becomes of a request of an authenticated sender. */
export class Router {
  readonly dialogs: DialogCarrier;
  readonly #core: ProxyCore;
  /** Where a call goes; Kamailio in front asks the same. */
  readonly destinations: Destinations;
  /** Attempts that ring now, to offer them to telephones that come late. */
  readonly #forks = new Map<string, Ringing>();

  constructor(core: ProxyCore) {
    this.#core = core;
    this.dialogs = new DialogCarrier(core);
    this.destinations = new Destinations(core);
    core.lines.placeOutside = async (by, dialled) => {
      const destination = await this.destinations.of(dialled, by);
      if (destination.kind === 'refused') return destination;
      if (destination.kind !== 'outside') return { kind: 'inside' };
      return this.destinations.place(destination.target, by, false);
    };
  }

  /** What can be said without knowing the sender: hop count, loops, unknown extensions. */
  refusal(request: SipRequest): { status: number; reason: string; extra?: SipHeader[] } | null {
    if (header(request, 'Max-Forwards') === '0' && request.method !== 'REGISTER')
      return { status: 483, reason: 'Too Many Hops' };
    const required = tokens(request, 'Proxy-Require');
    if (required.length > 0)
      return { status: 420, reason: 'Bad Extension', extra: [{ name: 'Unsupported', value: required.join(', ') }] };
    const mark = this.#loopMark(request);
    const looped = headers(request, 'Via').some((value) => parseVia(value)?.parameters.get('kl') === mark);
    return looped ? { status: 482, reason: 'Loop Detected' } : null;
  }

  /** ACK of a 2xx. */
  acknowledge(request: SipRequest, sender: Sender): void {
    const route = dialogRoute(request, sender, this.#core.key);
    if (route !== null) this.dialogs.acknowledge(request, route);
  }

  async route(server: ServerTransaction, sender: Sender, device: DeviceAccount | null): Promise<void> {
    const { request } = server;
    const refuse = (status: number, reason: string, extra: SipHeader[] = []): void =>
      this.#core.transactions.refuse(server, status, reason, extra);
    if (tagOf(header(request, 'To')) !== '') {
      const route = dialogRoute(request, sender, this.#core.key);
      if (route === null) return refuse(481, 'Call/Transaction Does Not Exist');
      if (request.method !== 'REFER' || device === null) return this.dialogs.carry(server, route);
      const refusal = await this.destinations.refusalOfRefer(request, device);
      if (refusal !== null) return refuse(refusal.status, refusal.reason, refusal.extra);
      const referredBy = { name: 'Referred-By', value: identityOf(device) };
      return this.dialogs.carry(server, route, {
        ...request,
        headers: [...without(request.headers, 'Referred-By'), referredBy],
      });
    }
    if (inDialogOnly.has(request.method)) return refuse(481, 'Call/Transaction Does Not Exist');
    if (request.method === 'SUBSCRIBE') return refuse(489, 'Bad Event');
    if (request.method === 'PUBLISH') return refuse(405, 'Method Not Allowed', [{ name: 'Allow', value: allowed }]);
    if (!['INVITE', 'MESSAGE', 'OPTIONS', 'REFER'].includes(request.method))
      return refuse(501, 'Not Implemented', [{ name: 'Allow', value: allowed }]);
    if (device === null) return this.#fromOutside(server, sender);
    const from = parseUri(parseAddress(header(request, 'From') ?? '')?.uri ?? '');
    const claimed = from === null ? null : await this.#core.accounts.userByDialString(from.user, from.host);
    if (claimed?.userId !== device.userId) return refuse(403, 'From Is Not Yours');
    if (request.method === 'INVITE' && header(request, replacedRouteHeader) !== undefined)
      return takeOver(this.#core, this.dialogs, server, device);
    const to = parseUri(request.uri);
    if (to === null) return refuse(404, 'Not Found');
    if (to.host !== device.domain) return refuse(404, 'Not Found');
    if (server.state !== 'proceeding') return;
    const replaces = header(request, 'Replaces');
    if (request.method === 'INVITE' && replaces !== undefined && this.#core.lines.has(replaces))
      return this.#callOutside(server, sender, device, to.user);
    if (request.method === 'REFER') {
      const refusal = await this.destinations.refusalOfRefer(request, device);
      if (refusal !== null) return refuse(refusal.status, refusal.reason, refusal.extra);
    }
    const destination = await this.destinations.of(to.user, device);
    if (server.state !== 'proceeding') return;
    switch (destination.kind) {
      case 'refused':
        return refuse(destination.status, destination.reason, destination.extra);
      case 'pickUp':
        return this.#pickUpByCode(server, device, destination.extension);
      case 'outside': {
        if (request.method !== 'INVITE') return refuse(404, 'Not Found');
        const anonymous = tokens(request, 'Privacy').some((tag) => tag === 'id' || tag === 'user');
        const placed = await this.destinations.place(destination.target, device, anonymous);
        if (placed.kind === 'refused') return refuse(placed.status, placed.reason, placed.extra);
        if (server.state !== 'proceeding') return placed.release();
        this.#core.lines.expect(header(request, 'Call-ID') ?? '', placed.order, placed.release);
        return this.#callOutside(server, sender, device, destination.target.number);
      }
      case 'application':
        return this.#callApplication(server, sender, device, destination.application);
      case 'user':
        return this.#callUser(server, sender, device, destination.account);
    }
  }

  async #callUser(server: ServerTransaction, sender: Sender, caller: Caller, callee: Account): Promise<void> {
    const targets = this.#core.location
      .ofUser(callee.userId)
      .filter((binding) => binding.device.deviceId !== caller.deviceId);
    if (server.request.method !== 'INVITE') return this.#deliver(server, caller, targets);
    const ringMs = (await this.#core.mailbox?.noAnswerMs(callee.userId)) ?? null;
    if (server.state === 'proceeding') await this.#invite(server, sender, caller, callee, targets, ringMs);
  }

  /** A call that came in by a line. */
  async #fromOutside(server: ServerTransaction, sender: Sender): Promise<void> {
    const { request } = server;
    const refuse = (status: number, reason: string): void => this.#core.transactions.refuse(server, status, reason);
    const to = parseUri(request.uri);
    const from = parseAddress(header(request, 'From') ?? '');
    if (sender.deviceId !== this.#core.lines.deviceId || request.method !== 'INVITE') return refuse(403, 'Forbidden');
    if (to === null) return refuse(404, 'Not Found');
    const number = parseUri(from?.uri ?? '')?.user ?? '';
    const caller: Caller = {
      userId: null,
      deviceId: sender.deviceId,
      name: from?.displayName ?? '',
      extension: number,
      domain: to.host,
    };
    const destination = await this.destinations.fromOutside(to.user, to.host);
    if (server.state !== 'proceeding') return;
    if (destination.kind === 'application') this.#callApplication(server, sender, caller, destination.application);
    else if (destination.kind === 'user') await this.#callUser(server, sender, caller, destination.account);
    else refuse(404, 'Not Found');
  }

  /** The callee's mailbox (RFC 4458); the cause is added when it is known. */
  mailboxUri(callee: Account, domain: string): string {
    const target = encodeURIComponent(`sip:${callee.extension}@${callee.domain}`);
    return `sip:${this.#core.mailbox?.dialString ?? ''}@${domain};target=${target}`;
  }

  /** Kamailio diverts a call to the mailbox: the call is known already, only its last leg is new. */
  divertedToMailbox(server: ServerTransaction, device: DeviceAccount, call: Call): void {
    const { mailbox, transactions, timing } = this.#core;
    if (mailbox === null) return transactions.refuse(server, 404, 'Not Found');
    const { request } = server;
    const callId = header(request, 'Call-ID') ?? '';
    call.mailbox = () => mailbox.leftMessage(callId);
    const fork = new Fork(
      server,
      transactions,
      this.#via(request),
      { ringing: () => undefined, answered: () => undefined, failed: () => undefined },
      timing,
      (response) => response,
    );
    call.giveUp = () => fork.cancel('SIP;cause=480;text="Caller is gone"');
    fork.add({
      peer: mailbox.peer,
      deviceId: mailbox.deviceId,
      request: this.#withRoute(outsideDialog(request, device, request.uri), call, device, '', mailbox.deviceId, 'WS'),
    });
  }

  /** A telephone has registered: what rings for its user rings there too. */
  bindingAdded(binding: Binding): void {
    for (const { fork, offer, userId } of [...this.#forks.values()])
      if (userId === binding.device.userId && fork.open) offer(binding);
  }

  /** A client has been replaced by a new one: it neither answers what rings nor waits for what it asked for. */
  clientGone(deviceId: string, contactUser: string): void {
    for (const { fork } of [...this.#forks.values()]) fork.clientGone(deviceId, contactUser);
    for (const call of this.#core.calls.all())
      if (call.answeredAt === null && call.caller.deviceId === deviceId && call.callerContact === contactUser)
        call.giveUp?.();
  }

  /** The 200 to OPTIONS for the server itself (RFC 3261 §11.2). */
  options(request: SipRequest): SipResponse {
    return respond(request, 200, 'OK', randomToken(), [
      { name: 'Allow', value: allowed },
      { name: 'Accept', value: 'application/sdp' },
      { name: 'Supported', value: 'outbound, replaces, timer' },
    ]);
  }

  /** OPTIONS and MESSAGE outside dialogs: to all telephones, the first good answer counts. */
  #deliver(server: ServerTransaction, device: Caller, targets: Binding[]): void {
    const { request } = server;
    let open = targets.length;
    if (open === 0) return this.#core.transactions.refuse(server, 480, 'Temporarily Unavailable');
    for (const target of targets)
      this.#core.transactions.send(
        outsideDialog(request, device, target.contact),
        target.connection,
        this.#via(request),
        (response) => {
          if (response.status >= 200) open -= 1;
          if (response.status >= 300 && open > 0) return;
          this.#core.transactions.respond(
            server,
            dressed(response, header(request, 'From') ?? '', identityOf(target.device)),
          );
        },
      );
  }

  /** `mailboxMs`: the callee's mailbox takes the call when nobody has answered for so long. */
  async #invite(
    server: ServerTransaction,
    sender: Sender,
    device: Caller,
    callee: Account,
    all: Binding[],
    mailboxMs: number | null,
  ): Promise<void> {
    const targets = this.#replaced(server.request, callee, all);
    const party = { userId: callee.userId, deviceId: null, name: callee.name, number: callee.extension };
    const began = this.#begin(server, sender, device, party, identityOf(callee), mailboxMs);
    if (began === null) return;
    const { call, fork, request } = began;
    if (mailboxMs !== null) fork.divert = (why) => this.#toMailbox(why, call, callee, request, device);
    const offered = new Set<SipPeer | string>();
    const offer = (binding: Binding): void => {
      const place = binding.connection === this.#core.edge ? binding.contact : binding.connection;
      if (binding.device.deviceId === device.deviceId || offered.has(place)) return;
      offered.add(place);
      fork.add({
        peer: binding.connection,
        deviceId: binding.device.deviceId,
        request: this.#withRoute(
          outsideDialog(request, device, binding.contact),
          call,
          device,
          callee.userId,
          binding.device.deviceId,
          binding.connection.transport,
        ),
      });
    };
    const pickUp = (binding: Binding): void => {
      began.pickers.set(binding.device.deviceId, binding.device);
      const onward = outsideDialog(request, device, binding.contact);
      fork.add({
        peer: binding.connection,
        deviceId: binding.device.deviceId,
        request: this.#withRoute(
          {
            ...onward,
            headers: [...without(onward.headers, ...answersAtOnce.map(({ name }) => name)), ...answersAtOnce],
          },
          call,
          device,
          binding.device.userId,
          binding.device.deviceId,
          binding.connection.transport,
        ),
      });
    };
    this.#forks.set(call.key, { fork, offer, pickUp, userId: callee.userId, call });
    // Whoever hears of a call finds it in the journal, also after a crash in the next moment.
    await this.#core.calls.noted(call);
    for (const target of targets) offer(target);
    if (targets.length > 0 || !fork.open) return;
    if (this.#core.location.present(callee.userId) && all.length === 0) fork.waitForTelephones();
    else fork.nobody();
  }

  /** The callee's mailbox, told whose it is and why (RFC 4458). */
  #toMailbox(why: Untaken, call: Call, callee: Account, request: SipRequest, device: Caller): ForkTarget {
    const { mailbox } = this.#core;
    if (mailbox === null) throw new Error('no mailbox to divert to');
    this.#forks.delete(call.key);
    this.#core.pickUps.over(call.key);
    const uri = `${this.mailboxUri(callee, device.domain)};cause=${causes[why]}`;
    const callId = header(request, 'Call-ID') ?? '';
    call.mailbox = () => mailbox.leftMessage(callId);
    return {
      peer: mailbox.peer,
      deviceId: mailbox.deviceId,
      request: this.#withRoute(outsideDialog(request, device, uri), call, device, '', mailbox.deviceId, 'WS'),
    };
  }

  #callApplication(server: ServerTransaction, sender: Sender, device: Caller, application: LocalApplication): void {
    if (server.request.method !== 'INVITE')
      return this.#core.transactions.respond(server, this.options(server.request));
    const party = {
      userId: null,
      deviceId: application.deviceId,
      name: application.name,
      number: application.dialString ?? '',
      kind: 'service' as const,
    };
    const identity = `${quote(application.name)} <sip:${application.dialString}@${device.domain}>`;
    const began = this.#begin(server, sender, device, party, identity);
    if (began === null) return;
    const { call, fork, request } = began;
    const onward = outsideDialog(request, device, `sip:${application.dialString}@${device.domain}`);
    fork.add({
      peer: application.peer,
      deviceId: application.deviceId,
      request: this.#withRoute(onward, call, device, '', application.deviceId, 'WS'),
    });
  }

  /** Offers the call that rings at `userId` to this device too, which is to answer it at once. */
  async pickUp(by: DeviceAccount, userId: string): Promise<PickUpResult> {
    if (!(await this.#core.numbers.mayPickUp(by.userId, userId))) return 'forbidden';
    const ringing = [...this.#forks.values()].find(
      (one) => one.userId === userId && one.fork.open && one.call.ringing && one.call.caller.userId !== by.userId,
    );
    if (ringing === undefined) return 'nothingRings';
    const binding = this.#core.location.ofDevice(by.userId, by.deviceId).at(-1);
    if (binding === undefined) return 'noTelephone';
    ringing.pickUp(binding);
    return 'offered';
  }

  /** `*8` and an extension: the call ends, and the one picked up comes in. */
  async #pickUpByCode(server: ServerTransaction, device: DeviceAccount, extension: string): Promise<void> {
    const { accounts, transactions } = this.#core;
    if (server.request.method !== 'INVITE') return transactions.refuse(server, 404, 'Not Found');
    const callee = await accounts.userByDialString(extension, device.domain);
    if (callee === null) return transactions.refuse(server, 404, 'Not Found');
    const result = await this.pickUp(device, callee.userId);
    if (result === 'forbidden') transactions.refuse(server, 403, 'Forbidden');
    else if (result === 'offered') transactions.refuse(server, 480, 'Call Is Coming');
    else transactions.refuse(server, 404, 'Nothing Rings There');
  }

  /** `number`: as the journal shows it. */
  #callOutside(server: ServerTransaction, sender: Sender, device: Caller, number: string): void {
    const { lines } = this.#core;
    const party = { userId: null, deviceId: lines.deviceId, name: null, number };
    const uri = `sip:${number.replaceAll('#', '%23')}@${device.domain}`;
    const began = this.#begin(server, sender, device, party, `<${uri}>`, outsideRingMs);
    if (began === null) return lines.forget(header(server.request, 'Call-ID') ?? '');
    const { call, fork, request } = began;
    const onward = outsideDialog(request, device, uri);
    fork.add({
      peer: lines.peer,
      deviceId: lines.deviceId,
      request: this.#withRoute(onward, call, device, '', lines.deviceId, 'WS'),
    });
  }

  #begin(
    server: ServerTransaction,
    sender: Sender,
    device: Caller,
    callee: Call['callee'],
    identity: string,
    noAnswerMs: number | null = null,
  ): { call: Call; fork: Fork; request: SipRequest; pickers: Map<string, DeviceAccount> } | null {
    const { calls, transactions, timing, now } = this.#core;
    const { request } = server;
    const running =
      device.userId === null
        ? 0
        : calls.ofUser(device.userId).filter(({ caller }) => caller.deviceId === device.deviceId).length;
    if (running >= this.#core.dialogsPerDevice) {
      transactions.refuse(server, 403, 'Too Many Calls');
      return null;
    }
    const call: Call = {
      key: randomUUID(),
      caller: {
        userId: device.userId,
        deviceId: device.deviceId,
        name: device.name === '' ? null : device.name,
        number: device.extension === 'anonymous' ? '' : device.extension,
      },
      callee,
      startedAt: new Date(now()),
      answeredAt: null,
      ringing: false,
      dialog: null,
      transferredBy: null,
      callerContact: parseUri(parseAddress(header(request, 'Contact') ?? '')?.uri ?? '')?.user ?? '',
      giveUp: null,
      mailbox: null,
    };
    const from = header(request, 'From') ?? '';
    const pickers = new Map<string, DeviceAccount>();
    let answering = identity;
    const fork = new Fork(
      server,
      transactions,
      this.#via(request),
      {
        ringing: () => {
          calls.rings(call);
          this.#core.pickUps.rings(call);
        },
        answered: (deviceId, response) => {
          this.#forks.delete(call.key);
          this.#core.pickUps.over(call.key);
          const picker = pickers.get(deviceId);
          if (picker !== undefined) {
            answering = identityOf(picker);
            const party = { userId: picker.userId, deviceId, name: picker.name, number: picker.extension };
            calls.pickedUp(call, party, new Date(now()));
          }
          // A telephone that answers in the last moment is quicker than the mailbox.
          if (deviceId !== this.#core.mailbox?.deviceId) call.mailbox = null;
          call.dialog = dialogOf(request, response);
          calls.answered(call, deviceId, new Date(now()));
        },
        failed: (results) => {
          this.#forks.delete(call.key);
          this.#core.pickUps.over(call.key);
          calls.ended(call, results, new Date(now()));
        },
      },
      noAnswerMs === null ? timing : { ...timing, noAnswerMs },
      (response) => dressed(response, from, answering),
    );
    call.giveUp = () => fork.cancel('SIP;cause=480;text="Caller is gone"');
    this.#core.log.info(
      { callId: header(request, 'Call-ID'), callKey: call.key, device: sender.deviceId },
      'call started',
    );
    calls.start(call);
    return { call, fork, request: withSessionTimer(request), pickers };
  }

  /** An INVITE that replaces a dialog (RFC 3891) concerns only the telephone that has it. */
  #replaced(request: SipRequest, callee: Account, targets: Binding[]): Binding[] {
    const replaces = header(request, 'Replaces');
    const call = replaces === undefined ? undefined : this.#core.calls.byCallId(replaces.split(';')[0]?.trim() ?? '');
    if (call === undefined) return targets;
    const devices = [call.caller, call.callee].filter((one) => one.userId === callee.userId).map((one) => one.deviceId);
    const having = targets.filter((target) => devices.includes(target.device.deviceId));
    return having.length > 0 ? having : targets;
  }

  #withRoute(
    request: SipRequest,
    call: Call,
    device: Caller,
    userId: string,
    deviceId: string,
    transport: string,
  ): SipRequest {
    const parties = {
      callKey: call.key,
      caller: { userId: device.userId ?? '', deviceId: device.deviceId },
      callee: { userId, deviceId },
    };
    const value = recordRoute(parties, device.domain, transport === 'TCP' ? 'tcp' : 'ws', this.#core.key);
    return { ...request, headers: [{ name: 'Record-Route', value }, ...request.headers] };
  }

  #via(request: SipRequest): string {
    return `${this.#core.via};kl=${this.#loopMark(request)}`;
  }

  /** The same request for the same destination a second time is a loop (RFC 5393 §4.2). */
  #loopMark(request: SipRequest): string {
    const parts = [
      request.uri,
      tagOf(header(request, 'From')),
      tagOf(header(request, 'To')),
      header(request, 'Call-ID'),
      cseq(request).number,
    ];
    return createHmac('sha256', this.#core.key)
      .update(`loop ${parts.join(' ')}`)
      .digest('hex')
      .slice(0, 16);
  }
}

const dialogOf = (request: SipRequest, response: SipResponse): Call['dialog'] => {
  const target = (message: SipRequest | SipResponse): string =>
    parseAddress(header(message, 'Contact') ?? '')?.uri ?? '';
  const { number } = cseq(request);
  return {
    callId: header(request, 'Call-ID') ?? '',
    caller: { address: header(response, 'From') ?? '', target: target(request), sequence: number },
    callee: { address: header(response, 'To') ?? '', target: target(response), sequence: 2 ** 20 },
  };
};

/** Where the caller knows session timers and has not asked for one, the proxy does (RFC 4028 §8.1). */
const withSessionTimer = (request: SipRequest): SipRequest =>
  tokens(request, 'Supported').includes('timer') && header(request, 'Session-Expires') === undefined
    ? { ...request, headers: [...request.headers, { name: 'Session-Expires', value: String(sessionSeconds) }] }
    : request;
