import { connect, createServer, type Server, type Socket } from 'node:net';
import { Counter, Gauge } from 'prom-client';
import { closeCodes } from '../../protocol/events.ts';
import type { DeviceAccount } from '../accounts/accounts.ts';
import { Edge } from '../kamailio/edge.ts';
import { CallBook, type Call } from './calls/call-book.ts';
import { PickUpOffers } from './calls/pick-up-offers.ts';
import { PhoneStates } from './calls/phone-states.ts';
import { parseAddress, parseUri } from './message/address.ts';
import { MessageWaiting } from './message-waiting.ts';
import { header, respond, tokens, without, type SipRequest } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import type { ProxyCore, SipTiming } from './proxy/core.ts';
import { Router } from './proxy/router.ts';
import { randomToken, Transactions, type ServerTransaction } from './proxy/transactions.ts';
import { DigestAuthenticator } from './registrar/digest.ts';
import { CallLimits } from '../numbers/outgoing.ts';
import { plainNumbers } from '../numbers/numbers.ts';
import { Gateway } from './trunk/gateway.ts';
import { Location, type Binding } from './registrar/location.ts';
import { register } from './registrar/registrar.ts';
import type { EdgeOptions } from '../kamailio/edge.ts';
import type { SipService, SipServiceOptions } from './sip-service.ts';
import { SipConnection, type ConnectionHandlers, type SipPeer } from './transport/sip-connection.ts';

const failuresPerConnection = 10;
const dialogsPerDevice = 20;
const connectionsInAll = 10_000;
const loginMs = 60_000;

const defaultTiming: SipTiming = {
  graceMs: 30_000,
  reconnectMs: 5_000,
  goneMs: 60_000,
  takeoverMs: 15_000,
  orphanMs: 90_000,
  noAnswerMs: 60_000,
  cancelMs: 3_000,
};

/** Starts registrar and proxy; calls of a former run are loaded before it resolves. */
export const createSipService = async (options: SipServiceOptions): Promise<SipService> => {
  const service = new RunningSipService(options);
  await service.load();
  return service;
};

class RunningSipService implements SipService {
  readonly #options: SipServiceOptions;
  readonly #core: ProxyCore;
  readonly #router: Router;
  readonly #digest: DigestAuthenticator;
  readonly #states: PhoneStates;
  readonly #messageWaiting: MessageWaiting | null;
  readonly #connections = new Set<SipConnection>();
  readonly #servers = new Set<Server>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #undo: () => void;
  readonly #malformed: Counter;
  readonly #refused: Counter;
  readonly #handlers: ConnectionHandlers;
  readonly #startedAt: number;
  readonly #edge: Edge | null;
  #closing = false;

  constructor(options: SipServiceOptions) {
    const now = options.now ?? Date.now;
    const timing = { ...defaultTiming, ...options.timing };
    if (options.noAnswerSeconds !== undefined) timing.noAnswerMs = options.noAnswerSeconds * 1000;
    this.#options = options;
    this.#startedAt = now();
    const location = new Location(timing.graceMs, now);
    const calls = new CallBook(options.calls, options.log);
    const numbers = options.numbers ?? plainNumbers;
    const lines = new Gateway({
      accounts: options.accounts,
      numbers,
      log: options.log,
      ...(options.trunkTiming === undefined ? {} : { timing: options.trunkTiming }),
    });
    this.#core = {
      accounts: options.accounts,
      log: options.log,
      transactions: new Transactions((peer) => this.#live(peer)),
      location,
      calls,
      applications: [
        lines,
        ...(options.applications ?? []),
        ...(options.mailbox === undefined ? [] : [options.mailbox]),
      ],
      mailbox: options.mailbox ?? null,
      lines,
      numbers,
      limits: new CallLimits(now),
      pickUps: new PickUpOffers({ numbers, events: options.events, log: options.log }),
      key: options.nonceKey,
      edge: null,
      via: 'kontor.invalid',
      timing,
      dialogsPerDevice,
      now,
    };
    this.#router = new Router(this.#core);
    const { transactions, via } = this.#core;
    this.#messageWaiting =
      options.waiting === undefined
        ? null
        : new MessageWaiting({ waiting: options.waiting, location, transactions, via, now });
    this.#edge = options.edge === undefined ? null : this.#joinEdge(options.edge);
    this.#core.edge = this.#edge?.peer ?? null;
    this.#digest = new DigestAuthenticator(options.accounts, options.nonceKey, now);
    this.#states = new PhoneStates((userId) => location.present(userId), calls, options);
    calls.changed = (userIds) => userIds.forEach((userId) => this.#states.refresh(userId));
    location.listener = {
      bindingAdded: (binding) => {
        this.#router.bindingAdded(binding);
        this.#messageWaiting?.registered(binding.device);
      },
      clientReplaced: (binding, former) => this.#clientReplaced(binding, former),
      reachabilityChanged: (userId) => {
        this.#router.dialogs.reachabilityChanged();
        this.#states.refresh(userId);
      },
    };
    this.#handlers = {
      message: (connection, bytes) => this.#message(connection, bytes),
      closed: (connection) => this.#closed(connection),
    };
    for (const application of this.#core.applications)
      application.attach(
        (request) => void this.#fromApplication(request, application.peer, application.deviceId),
        (response) => void this.#core.transactions.receive(response, application.peer),
      );
    this.#undo = options.accounts.onDeviceRevoked((deviceId) => this.#revoke(deviceId));
    const registers = [options.metrics];
    this.#malformed = new Counter({
      name: 'kontor_sip_malformed_total',
      help: 'SIP messages dropped or refused',
      registers,
    });
    this.#refused = new Counter({ name: 'kontor_sip_wrong_digests_total', help: 'Wrong SIP credentials', registers });
    const status = (): ReturnType<SipService['status']> => this.status();
    for (const what of ['registrations', 'dialogs', 'connections'] as const)
      new Gauge({
        name: `kontor_sip_${what}`,
        help: `SIP ${what} now`,
        registers,
        collect() {
          this.set(status()[what]);
        },
      });
  }

  #joinEdge(edge: EdgeOptions): Edge {
    return new Edge(edge, this.#core, this.#router, () => {
      const { host, port } = edge.address;
      const connection = SipConnection.overTcp(connect(port, host), this.#handlers, this.#options.limits);
      connection.neighbour = true;
      this.#opened(connection);
      return connection;
    });
  }

  async load(): Promise<void> {
    const { calls, timing } = this.#core;
    await calls.load();
    await this.#core.lines.start();
    this.#timers.push(setTimeout(() => calls.endOrphans(), timing.orphanMs).unref());
    const period = Math.min(5_000, timing.goneMs / 4, timing.graceMs / 2);
    this.#timers.push(setInterval(() => this.#supervise(), period).unref());
  }

  accept(...[socket, info]: Parameters<SipService['accept']>): void {
    if (this.#closing || this.#connections.size >= connectionsInAll) return socket.close(1013, 'try again later');
    this.#opened(SipConnection.overWebSocket(socket, info, this.#handlers, this.#options.limits));
  }

  listenTcp(port: number, host: string): Promise<number> {
    const server = createServer((socket) => {
      if (this.#closing || this.#connections.size >= connectionsInAll) socket.destroy();
      else if (!this.#belongsToTrunk(socket))
        this.#opened(SipConnection.overTcp(socket, this.#handlers, this.#options.limits));
    });
    this.#servers.add(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  phoneStateOf(userId: string): ReturnType<SipService['phoneStateOf']> {
    return this.#states.of(userId);
  }

  pickUp(device: DeviceAccount, userId: string): ReturnType<SipService['pickUp']> {
    return this.#router.pickUp(device, userId);
  }

  pickUpsFor(userId: string): ReturnType<SipService['pickUpsFor']> {
    return this.#core.pickUps.for(userId);
  }

  status(): ReturnType<SipService['status']> {
    return {
      registrations: this.#core.location.size,
      dialogs: this.#core.calls.size,
      connections: this.#connections.size,
      trunks: this.#core.lines.state(),
    };
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#edge?.close();
    this.#undo();
    this.#messageWaiting?.close();
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#core.location.close();
    for (const connection of [...this.#connections]) connection.close(1001, 'going away');
    await Promise.all([...this.#servers].map((server) => new Promise<void>((done) => server.close(() => done()))));
    await Promise.all(this.#core.applications.map((application) => application.close()));
    this.#core.transactions.close();
    await this.#core.calls.settled();
    await this.#states.settled();
    await this.#core.pickUps.settled();
  }

  /** Other exchanges are known by their address (`acceptFrom` of the trunk). */
  #belongsToTrunk(socket: Socket): boolean {
    return this.#core.lines.adopt(socket.remoteAddress ?? '', ({ message, closed }) =>
      SipConnection.overTcp(
        socket,
        {
          message: async (_connection, bytes) => {
            const parsed = parseMessage(bytes, this.#options.limits);
            if (parsed.kind === 'message') message(parsed.message);
            else this.#malformed.inc();
          },
          closed,
        },
        this.#options.limits,
      ),
    );
  }

  #opened(connection: SipConnection): void {
    this.#connections.add(connection);
    setTimeout(() => {
      if (connection.device === null && !connection.neighbour)
        connection.close(closeCodes.unauthorized, 'not logged in');
    }, loginMs).unref();
  }

  #closed(connection: SipConnection): void {
    this.#connections.delete(connection);
    this.#core.location.connectionClosed(connection);
    this.#messageWaiting?.connectionClosed(connection);
    this.#core.transactions.connectionClosed(connection, this.#core.timing.reconnectMs);
  }

  async #message(connection: SipConnection, bytes: Buffer): Promise<void> {
    const { transactions } = this.#core;
    const parsed = parseMessage(bytes, this.#options.limits);
    if (parsed.kind === 'dropped') {
      this.#malformed.inc();
      return;
    }
    if (parsed.kind === 'refused') {
      this.#malformed.inc();
      if (parsed.request.method !== 'ACK')
        connection.send(respond(parsed.request, parsed.status, parsed.reason, randomToken()));
      return;
    }
    const { message } = parsed;
    if (message.kind === 'request') {
      if (this.#edge?.isFrom(message) === true) await this.#fromEdge(this.#edge, connection, message);
      // What is noted of the way here counts only from a proxy.
      else await this.#request(connection, { ...message, headers: without(message.headers, 'Record-Route') });
    } else if (connection.neighbour && this.#edge !== null) transactions.receive(message, this.#edge.peer);
    else if (connection.device !== null) transactions.receive(message, connection);
  }

  /** Kamailio has asked who it is: the request comes from the device it names. */
  async #fromEdge(edge: Edge, connection: SipConnection, message: SipRequest): Promise<void> {
    const { transactions, accounts, calls } = this.#core;
    connection.neighbour = true;
    edge.peer.use(connection);
    const request = { ...message, headers: message.headers.filter(({ name }) => !name.startsWith('X-Kontor-')) };
    const known = await accounts.sipDevice(header(message, 'X-Kontor-Device') ?? '');
    const sender = { peer: edge.peer, ...idOf(known?.device ?? { userId: '', deviceId: '' }) };
    if (request.method === 'ACK') {
      if (transactions.invitationOf(request, edge.peer)?.state !== 'completed')
        this.#router.acknowledge(request, sender);
      return;
    }
    const server = transactions.begin(request, edge.peer);
    if (server === null) return;
    if (request.method === 'CANCEL') return this.#cancel(server, edge.peer);
    if (request.method === 'INVITE') transactions.respond(server, respond(request, 100, 'Trying', ''));
    const refusal = this.#router.refusal(request);
    if (refusal !== null) return transactions.refuse(server, refusal.status, refusal.reason, refusal.extra);
    const diverted = calls.byKey(header(message, 'X-Kontor-Call') ?? '');
    try {
      if (known === null) transactions.refuse(server, 403, 'Forbidden');
      else if (diverted !== undefined && diverted.answeredAt === null)
        this.#router.divertedToMailbox(server, known.device, diverted);
      else await this.#router.route(server, sender, known.device);
    } catch (error) {
      this.#core.log.error({ error, callId: header(request, 'Call-ID') }, 'SIP request through Kamailio failed');
      transactions.refuse(server, 500, 'Server Internal Error');
    }
  }

  async #request(connection: SipConnection, request: SipRequest): Promise<void> {
    const { transactions } = this.#core;
    if (request.method === 'ACK') {
      const invitation = transactions.invitationOf(request, connection);
      if (invitation?.state === 'completed' || connection.device === null) return;
      this.#router.acknowledge(request, { peer: connection, ...idOf(connection.device) });
      return;
    }
    const server = transactions.begin(request, connection);
    if (server === null) return;
    if (request.method === 'CANCEL') {
      this.#cancel(server, connection);
      return;
    }
    if (request.method === 'INVITE') transactions.respond(server, respond(request, 100, 'Trying', ''));
    const refusal = this.#router.refusal(request);
    if (refusal !== null) return transactions.refuse(server, refusal.status, refusal.reason, refusal.extra);
    if (request.method === 'OPTIONS' && (parseUri(request.uri)?.user ?? '') === '') {
      transactions.respond(server, this.#router.options(request));
      return;
    }
    try {
      const device = await this.#authenticate(server, connection);
      if (device === null) return;
      if (this.#messageWaiting !== null && MessageWaiting.isAbout(request))
        this.#messageWaiting.subscribe(server, device, connection);
      else if (request.method === 'REGISTER') await this.#register(server, connection, device);
      else await this.#router.route(server, { peer: connection, ...idOf(device) }, device);
    } catch (error) {
      this.#core.log.error({ error, callId: header(request, 'Call-ID') }, 'SIP request failed');
      transactions.refuse(server, 500, 'Server Internal Error');
    }
  }

  #cancel(server: ServerTransaction, connection: SipPeer): void {
    const { transactions } = this.#core;
    const invitation = transactions.invitationOf(server.request, connection);
    if (invitation === undefined) return transactions.refuse(server, 481, 'Call/Transaction Does Not Exist');
    transactions.respond(server, respond(server.request, 200, 'OK', randomToken()));
    if (invitation.state !== 'proceeding') return;
    if (invitation.cancelled !== null) invitation.cancelled(header(server.request, 'Reason'));
    else transactions.refuse(invitation, 487, 'Request Terminated');
  }

  async #register(server: ServerTransaction, connection: SipConnection, device: DeviceAccount): Promise<void> {
    const { transactions, accounts, location, now } = this.#core;
    const { request } = server;
    const required = tokens(request, 'Require').filter((tag) => tag !== 'path' && tag !== 'outbound');
    if (required.length > 0)
      return transactions.refuse(server, 420, 'Bad Extension', [{ name: 'Unsupported', value: required.join(', ') }]);
    const aor = parseUri(parseAddress(header(request, 'To') ?? '')?.uri ?? '');
    const owner = aor === null ? null : await accounts.userByDialString(aor.user, aor.host);
    if (owner === null) return transactions.refuse(server, 404, 'Not Found');
    if (owner.userId !== device.userId) return transactions.refuse(server, 403, 'Forbidden');
    if (!connection.open) return;
    transactions.respond(server, register(request, device, connection, location, now(), randomToken()));
  }

  /**
   * The device that speaks. A connection on which a digest was right is trusted for that device until it closes:
   * nobody else can write to it, and calls need no second round trip.
   */
  async #authenticate(server: ServerTransaction, connection: SipConnection): Promise<DeviceAccount | null> {
    if (connection.device !== null) return connection.device;
    const { transactions } = this.#core;
    const { request } = server;
    const registering = request.method === 'REGISTER';
    const identity = header(request, registering ? 'To' : 'From') ?? '';
    const realm = parseUri(parseAddress(identity)?.uri ?? '')?.host.slice(0, 255) ?? '';
    const verdict = await this.#digest.verify(request, registering ? 'Authorization' : 'Proxy-Authorization', realm);
    if (verdict.kind === 'right') {
      if (!connection.open) return null;
      connection.device = verdict.device;
      this.#makeRoom(verdict.device.userId);
      return verdict.device;
    }
    if (verdict.kind === 'throttled') {
      transactions.refuse(server, 503, 'Too Many Failures', [{ name: 'Retry-After', value: '60' }]);
      return null;
    }
    if (verdict.wrong) {
      this.#refused.inc();
      connection.failures += 1;
      this.#core.log.warn({ remoteAddress: connection.remoteAddress }, 'wrong SIP credentials');
      if (connection.failures >= failuresPerConnection) {
        connection.close(closeCodes.unauthorized, 'too many failures');
        return null;
      }
    }
    const value = this.#digest.challenge(realm, verdict.stale);
    if (registering) transactions.refuse(server, 401, 'Unauthorized', [{ name: 'WWW-Authenticate', value }]);
    else transactions.refuse(server, 407, 'Proxy Authentication Required', [{ name: 'Proxy-Authenticate', value }]);
    return null;
  }

  /** The oldest connection gives way: it is the likeliest to be dead already. */
  #makeRoom(userId: string): void {
    const own = [...this.#connections].filter(({ device }) => device?.userId === userId);
    for (const old of own.slice(0, Math.max(0, own.length - this.#options.limits.connectionsPerAccount)))
      old.close(closeCodes.tooManyConnections, 'too many connections');
  }

  async #fromApplication(request: SipRequest, peer: SipPeer, deviceId: string): Promise<void> {
    const sender = { peer, userId: '', deviceId };
    if (request.method === 'ACK') return this.#router.acknowledge(request, sender);
    const server = this.#core.transactions.begin(request, peer);
    if (server !== null) await this.#router.route(server, sender, null);
  }

  #live(peer: SipPeer): SipPeer {
    if (peer.open || !(peer instanceof SipConnection) || peer.device === null) return peer;
    return this.#core.location.ofDevice(peer.device.userId, peer.device.deviceId).at(-1)?.connection ?? peer;
  }

  #revoke(deviceId: string): void {
    const own = [...this.#connections].filter(({ device }) => device?.deviceId === deviceId);
    this.#edge?.forget(deviceId);
    for (const { device } of this.#core.location.byDeviceId(deviceId))
      this.#core.location.remove(device.userId, (one) => one.device.deviceId === deviceId);
    for (const connection of own) connection.close(closeCodes.revoked, 'revoked');
    for (const call of this.#core.calls.all())
      for (const side of ['caller', 'callee'] as const)
        if (call[side].deviceId === deviceId) this.#endWithout(call, side);
  }

  /**
   * A device came back as another client (a reload, a crash): what rang at the former one and what it had asked for
   * has ended; its calls are given up unless the new client takes them over soon.
   */
  #clientReplaced({ device }: Binding, former: string): void {
    this.#router.clientGone(device.deviceId, former);
    const { calls, timing } = this.#core;
    const abandoned = (side: 'caller' | 'callee') =>
      calls
        .all()
        .filter(
          (call) => call[side].deviceId === device.deviceId && contactUser(call.dialog?.[side].target) === former,
        );
    if (abandoned('caller').length + abandoned('callee').length === 0) return;
    const give = setTimeout(() => {
      for (const side of ['caller', 'callee'] as const)
        for (const call of abandoned(side)) this.#endWithout(call, side);
    }, timing.takeoverMs);
    this.#timers.push(give.unref());
  }

  /** Ends a call whose `side` is gone for good. */
  #endWithout(call: Call, side: 'caller' | 'callee'): void {
    if (call.answeredAt === null) {
      call.giveUp?.();
      return;
    }
    this.#router.dialogs.hangUp(call, side === 'caller' ? 'callee' : 'caller', 'SIP;cause=480;text="Party is gone"');
    this.#core.calls.ended(call, { caller: 'answered', callee: 'answered' }, new Date(this.#core.now()));
  }

  /** Closes calls with a party that does not come back, and forgets expired bindings. */
  #supervise(): void {
    const { location, calls, timing, now } = this.#core;
    location.sweep();
    for (const call of calls.all())
      for (const side of ['caller', 'callee'] as const) {
        const { userId, deviceId } = call[side];
        const isApplication = this.#core.applications.some((application) => application.deviceId === deviceId);
        if (userId === null || deviceId === null || isApplication || location.ofDevice(userId, deviceId).length > 0)
          continue;
        const allowed = call.answeredAt === null ? timing.graceMs : timing.goneMs;
        const since = location.goneSince(userId, deviceId) ?? Math.max(this.#startedAt, call.startedAt.getTime());
        if (now() - since > allowed) this.#endWithout(call, side);
      }
  }
}

const contactUser = (target: string | undefined): string | undefined => parseUri(target ?? '')?.user;
const idOf = ({
  userId,
  deviceId,
}: Pick<DeviceAccount, 'userId' | 'deviceId'>): { userId: string; deviceId: string } => ({ userId, deviceId });
