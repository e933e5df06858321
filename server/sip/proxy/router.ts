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
  withHeader,
  without,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../message/message.ts';
import type { SipPeer } from '../transport/sip-connection.ts';
import type { Binding } from '../registrar/location.ts';
import type { LocalApplication, ProxyCore, Sender } from './core.ts';
import { dressed, Fork, type ForkTarget, type Untaken } from './fork.ts';
import { DialogCarrier, dialogRoute } from './in-dialog.ts';
import { recordRoute } from './route-token.ts';
import { randomToken, type ServerTransaction } from './transactions.ts';

const allowed = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, REFER, NOTIFY, UPDATE, INFO, PRACK';
const inDialogOnly = new Set(['BYE', 'UPDATE', 'INFO', 'PRACK', 'NOTIFY']);
const untrusted = [
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Remote-Party-Id',
  'Authorization',
  'Proxy-Authorization',
  'Route',
  'Record-Route',
];
const sessionSeconds = 1800;
/** Why a call goes to the mailbox (RFC 4458 §2.3). */
const causes: Record<Untaken, number> = { noAnswer: 408, busy: 486, unreachable: 404 };

/** Decides what becomes of a request of an authenticated sender. */
export class Router {
  readonly dialogs: DialogCarrier;
  readonly #core: ProxyCore;
  /** Attempts that ring now, to offer them to telephones that come late. */
  readonly #forks = new Map<string, { fork: Fork; offer: (binding: Binding) => void; userId: string }>();

  constructor(core: ProxyCore) {
    this.#core = core;
    this.dialogs = new DialogCarrier(core);
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
      if (route === null) refuse(481, 'Call/Transaction Does Not Exist');
      else this.dialogs.carry(server, route);
      return;
    }
    if (inDialogOnly.has(request.method)) return refuse(481, 'Call/Transaction Does Not Exist');
    if (request.method === 'SUBSCRIBE') return refuse(489, 'Bad Event');
    if (request.method === 'PUBLISH') return refuse(405, 'Method Not Allowed', [{ name: 'Allow', value: allowed }]);
    if (!['INVITE', 'MESSAGE', 'OPTIONS', 'REFER'].includes(request.method))
      return refuse(501, 'Not Implemented', [{ name: 'Allow', value: allowed }]);
    if (device === null) return refuse(403, 'Forbidden');
    const from = parseUri(parseAddress(header(request, 'From') ?? '')?.uri ?? '');
    const claimed = from === null ? null : await this.#core.accounts.userByDialString(from.user, from.host);
    if (claimed?.userId !== device.userId) return refuse(403, 'From Is Not Yours');
    const to = parseUri(request.uri);
    if (to === null) return refuse(404, 'Not Found');
    if (to.host !== device.domain) return refuse(404, 'Not Found');
    if (server.state !== 'proceeding') return;
    const application = this.#core.applications.find(({ dialString }) => dialString === to.user);
    if (application !== undefined) return this.#callApplication(server, sender, device, application);
    const callee = await this.#core.accounts.userByDialString(to.user, to.host);
    if (callee === null) return refuse(404, 'Not Found');
    if (server.state !== 'proceeding') return;
    const targets = this.#core.location
      .ofUser(callee.userId)
      .filter((binding) => binding.device.deviceId !== device.deviceId);
    if (request.method !== 'INVITE') return this.#deliver(server, device, targets);
    const ringMs = (await this.#core.mailbox?.noAnswerMs(callee.userId)) ?? null;
    if (server.state === 'proceeding') this.#invite(server, sender, device, callee, targets, ringMs);
  }

  /** A telephone has registered: what rings for its user rings there too. */
  bindingAdded(binding: Binding): void {
    for (const { fork, offer, userId } of [...this.#forks.values()])
      if (userId === binding.device.userId && fork.open) offer(binding);
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
  #deliver(server: ServerTransaction, device: DeviceAccount, targets: Binding[]): void {
    const { request } = server;
    let open = targets.length;
    if (open === 0) return this.#core.transactions.refuse(server, 480, 'Temporarily Unavailable');
    for (const target of targets)
      this.#core.transactions.send(
        this.#onward(request, device, target.contact),
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
  #invite(
    server: ServerTransaction,
    sender: Sender,
    device: DeviceAccount,
    callee: Account,
    all: Binding[],
    mailboxMs: number | null,
  ): void {
    const targets = this.#replaced(server.request, callee, all);
    const party = { userId: callee.userId, deviceId: null, name: callee.name, number: callee.extension };
    const began = this.#begin(server, sender, device, party, identityOf(callee), mailboxMs);
    if (began === null) return;
    const { call, fork, request } = began;
    if (mailboxMs !== null) fork.divert = (why) => this.#toMailbox(why, call, callee, request, device);
    const offered = new Set<SipPeer>();
    const offer = (binding: Binding): void => {
      if (binding.device.deviceId === device.deviceId || offered.has(binding.connection)) return;
      offered.add(binding.connection);
      fork.add({
        peer: binding.connection,
        deviceId: binding.device.deviceId,
        request: this.#withRoute(
          this.#onward(request, device, binding.contact),
          call,
          device,
          callee.userId,
          binding.device.deviceId,
          binding.connection.transport,
        ),
      });
    };
    this.#forks.set(call.key, { fork, offer, userId: callee.userId });
    for (const target of targets) offer(target);
    if (targets.length > 0) return;
    if (this.#core.location.present(callee.userId) && all.length === 0) fork.waitForTelephones();
    else fork.nobody();
  }

  /** The callee's mailbox, told whose it is and why (RFC 4458). */
  #toMailbox(why: Untaken, call: Call, callee: Account, request: SipRequest, device: DeviceAccount): ForkTarget {
    const { mailbox } = this.#core;
    if (mailbox === null) throw new Error('no mailbox to divert to');
    this.#forks.delete(call.key);
    const target = encodeURIComponent(`sip:${callee.extension}@${callee.domain}`);
    const uri = `sip:${mailbox.dialString}@${device.domain};target=${target};cause=${causes[why]}`;
    const callId = header(request, 'Call-ID') ?? '';
    call.mailbox = () => mailbox.leftMessage(callId);
    return {
      peer: mailbox.peer,
      deviceId: mailbox.deviceId,
      request: this.#withRoute(this.#onward(request, device, uri), call, device, '', mailbox.deviceId, 'WS'),
    };
  }

  #callApplication(
    server: ServerTransaction,
    sender: Sender,
    device: DeviceAccount,
    application: LocalApplication,
  ): void {
    if (server.request.method !== 'INVITE')
      return this.#core.transactions.respond(server, this.options(server.request));
    const party = {
      userId: null,
      deviceId: application.deviceId,
      name: application.name,
      number: application.dialString,
      kind: 'service' as const,
    };
    const identity = `${quote(application.name)} <sip:${application.dialString}@${device.domain}>`;
    const began = this.#begin(server, sender, device, party, identity);
    if (began === null) return;
    const { call, fork, request } = began;
    const onward = this.#onward(request, device, `sip:${application.dialString}@${device.domain}`);
    fork.add({
      peer: application.peer,
      deviceId: application.deviceId,
      request: this.#withRoute(onward, call, device, '', application.deviceId, 'WS'),
    });
  }

  #begin(
    server: ServerTransaction,
    sender: Sender,
    device: DeviceAccount,
    callee: Call['callee'],
    identity: string,
    noAnswerMs: number | null = null,
  ): { call: Call; fork: Fork; request: SipRequest } | null {
    const { calls, transactions, timing, now } = this.#core;
    const { request } = server;
    const running = calls.ofUser(device.userId).filter(({ caller }) => caller.deviceId === device.deviceId).length;
    if (running >= this.#core.dialogsPerDevice) {
      transactions.refuse(server, 403, 'Too Many Calls');
      return null;
    }
    const call: Call = {
      key: randomUUID(),
      caller: { userId: device.userId, deviceId: device.deviceId, name: device.name, number: device.extension },
      callee,
      startedAt: new Date(now()),
      answeredAt: null,
      ringing: false,
      dialog: null,
      giveUp: null,
      mailbox: null,
    };
    const from = header(request, 'From') ?? '';
    const fork = new Fork(
      server,
      transactions,
      this.#via(request),
      {
        ringing: () => calls.rings(call),
        answered: (deviceId, response) => {
          this.#forks.delete(call.key);
          // A telephone that answers in the last moment is quicker than the mailbox.
          if (deviceId !== this.#core.mailbox?.deviceId) call.mailbox = null;
          call.dialog = dialogOf(request, response);
          calls.answered(call, deviceId, new Date(now()));
        },
        failed: (results) => {
          this.#forks.delete(call.key);
          calls.ended(call, results, new Date(now()));
        },
      },
      noAnswerMs === null ? timing : { ...timing, noAnswerMs },
      (response) => dressed(response, from, identity),
    );
    call.giveUp = () => fork.cancel('SIP;cause=480;text="Caller is gone"');
    this.#core.log.info(
      { callId: header(request, 'Call-ID'), callKey: call.key, device: sender.deviceId },
      'call started',
    );
    calls.start(call);
    return { call, fork, request: withSessionTimer(request) };
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

  #onward(request: SipRequest, device: DeviceAccount, uri: string): SipRequest {
    const from = parseAddress(header(request, 'From') ?? '');
    const hops = Number(header(request, 'Max-Forwards') ?? 70) - 1;
    const named = `${quote(device.name)} <${from?.uri ?? ''}>;tag=${from?.parameters.get('tag') ?? ''}`;
    const kept = withHeader(without(request.headers, ...untrusted), 'From', named);
    return {
      ...request,
      uri,
      headers: [
        ...withHeader(kept, 'Max-Forwards', String(hops)),
        { name: 'P-Asserted-Identity', value: identityOf(device) },
      ],
    };
  }

  #withRoute(
    request: SipRequest,
    call: Call,
    device: DeviceAccount,
    userId: string,
    deviceId: string,
    transport: string,
  ): SipRequest {
    const parties = {
      callKey: call.key,
      caller: { userId: device.userId, deviceId: device.deviceId },
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

/** The name and extension of the directory as P-Asserted-Identity (RFC 3325). */
const identityOf = (account: Account): string => `${quote(account.name)} <sip:${account.extension}@${account.domain}>`;

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
