/**
 * Kamailio as registrar and proxy of this server's accounts. It asks for accounts and for where calls go, and tells
 * of registrations and of what became of the calls; phone states, journal and mailbox work with that as they do with
 * the embedded proxy. See deploy/kamailio/kamailio.cfg, which is the other side of this file.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { DeviceAccount } from '../accounts/accounts.ts';
import type { Logger } from '../log.ts';
import type { Call, Party } from '../sip/calls/call-book.ts';
import { parseUri, quote } from '../sip/message/address.ts';
import { header, type SipRequest } from '../sip/message/message.ts';
import type { ProxyCore } from '../sip/proxy/core.ts';
import { resultsOf } from '../sip/proxy/fork.ts';
import { identityOf } from '../sip/proxy/outside-dialog.ts';
import type { Router } from '../sip/proxy/router.ts';
import type { SipConnection } from '../sip/transport/sip-connection.ts';
import { EdgePeer } from './edge-peer.ts';
import { KamailioLink } from './link.ts';
import { saidSchema, type Event, type Question } from './messages.ts';
import { cancelAttempt, readTable, removeContact } from './rpc.ts';

export interface EdgeOptions {
  /** What softphones are told: `wss://sip.example.com`, or a path (`/sip`) that a web server in front hands to Kamailio. */
  url: string;
  /** Kamailio's SIP over TCP, which also takes our JSON-RPC. */
  address: { host: string; port: number };
  /** Kamailio's link (evapi). */
  link: { host: string; port: number };
  /** Known to both; proves each to the other. */
  secret: string;
}

type Answer = Record<string, string | number>;
/** Kamailio drops a contact by itself; this only bounds what would be left if it said nothing. */
const contactMs = 3_700_000;

export class Edge {
  readonly peer: EdgePeer;
  readonly #options: EdgeOptions;
  readonly #core: ProxyCore;
  readonly #router: Router;
  readonly #log: Logger;
  readonly #link: KamailioLink;
  #work: Promise<void> = Promise.resolve();

  constructor(options: EdgeOptions, core: ProxyCore, router: Router, dial: () => SipConnection) {
    this.#options = options;
    this.#core = core;
    this.#router = router;
    this.#log = core.log;
    this.peer = new EdgePeer(options.secret, dial);
    this.#link = new KamailioLink({
      ...options.link,
      secret: options.secret,
      log: core.log,
      heard: (message) => this.#heard(message),
    });
  }

  close(): void {
    this.#link.close();
  }

  /** Whether a request comes from Kamailio: it shows the secret. */
  isFrom(request: SipRequest): boolean {
    const [shown, known] = [Buffer.from(header(request, 'X-Kontor-Edge') ?? ''), Buffer.from(this.#options.secret)];
    return shown.length === known.length && timingSafeEqual(shown, known);
  }

  /** The device is revoked: Kamailio forgets it and its contacts. */
  forget(deviceId: string): void {
    this.#link.say({ kind: 'forget', device: deviceId });
    for (const { device, contactUser } of this.#core.location.byDeviceId(deviceId))
      removeContact(this.#options, aorOf(device), contactUser).catch((error: unknown) =>
        this.#log.warn({ error }, 'Kamailio keeps a revoked contact'),
      );
  }

  #heard(message: unknown): void {
    const said = saidSchema.safeParse(message);
    if (!said.success) {
      this.#log.warn({ problems: said.error.issues.length }, 'Kamailio said something unknown');
      return;
    }
    if ('question' in said.data) {
      const { index, label, question } = said.data;
      this.#answer(question)
        .catch((error: unknown): Answer => {
          this.#log.error({ error }, 'a question of Kamailio failed');
          return { kind: question.kind, action: 'refuse', status: 500, reason: 'Server Internal Error' };
        })
        .then((answer) => this.#link.say({ ...answer, index, label }))
        .catch(() => undefined);
      return;
    }
    // One after the other: what is told of a call makes sense in its order only.
    const event = said.data;
    this.#work = this.#work
      .then(() => this.#happened(event))
      .catch((error: unknown) => this.#log.error({ error, event: event.kind }, 'an event of Kamailio failed'));
  }

  async #answer(question: Question): Promise<Answer> {
    const known = await this.#core.accounts.sipDevice(question.device);
    if (question.kind === 'account') {
      if (known === null) return { kind: 'account', device: question.device, ha1: '' };
      const { extension, username, domain } = known.device;
      return { kind: 'account', device: question.device, ha1: known.ha1, domain, extension, user: username };
    }
    const refuse = (status: number, reason: string): Answer => ({ kind: 'route', action: 'refuse', status, reason });
    if (known === null) return refuse(403, 'Forbidden');
    const { device } = known;
    const uri = parseUri(question.uri);
    if (uri === null || uri.host !== device.domain) return refuse(404, 'Not Found');
    const caller = { caller: identityOf(device), callerName: quote(device.name) };
    const toUs = { kind: 'route', action: 'application', identity: '', ...caller };
    if (this.#core.lines.has(question.replaces)) return toUs;
    const destination = await this.#router.destinations.of(uri.user, device);
    // Media applications and the telephone network are here; the request comes on to us, and is judged as ever.
    if (destination.kind === 'application' || destination.kind === 'outside') return toUs;
    if (destination.kind === 'refused') return refuse(destination.status, destination.reason);
    if (destination.kind === 'pickUp') return refuse(404, 'Not Found');
    const callee = destination.account;
    const mailboxMs = (await this.#core.mailbox?.noAnswerMs(callee.userId)) ?? null;
    const ring = { kind: 'route', action: 'ring', identity: identityOf(callee), ...caller, aor: aorOf(callee) };
    if (question.method !== 'INVITE') return { ...ring, key: '', ringMs: 0, mailbox: '' };
    const replaced = this.#core.calls.byCallId(question.replaces.split(';')[0]?.trim() ?? '');
    if (replaced !== undefined && [replaced.caller.userId, replaced.callee.userId].includes(device.userId))
      return { ...ring, key: replaced.key, ringMs: this.#core.timing.noAnswerMs, mailbox: '' };
    const running = this.#core.calls.ofUser(device.userId).filter((call) => call.caller.deviceId === device.deviceId);
    if (running.length >= this.#core.dialogsPerDevice) return refuse(403, 'Too Many Calls');
    const call = this.#begin(question, device, {
      userId: callee.userId,
      deviceId: null,
      name: callee.name,
      number: callee.extension,
    });
    const mailbox = mailboxMs === null ? '' : this.#router.mailboxUri(callee, device.domain);
    return { ...ring, key: call.key, ringMs: mailboxMs ?? this.#core.timing.noAnswerMs, mailbox };
  }

  #begin(question: Question & { kind: 'route' }, device: DeviceAccount, callee: Party): Call {
    const { callId, sequence, from, contact } = question;
    const call: Call = {
      key: randomUUID(),
      caller: { userId: device.userId, deviceId: device.deviceId, name: device.name, number: device.extension },
      callee,
      startedAt: new Date(this.#core.now()),
      answeredAt: null,
      ringing: false,
      dialog: {
        callId,
        caller: { address: from, target: contact, sequence },
        callee: { address: '', target: '', sequence: 2 ** 20 },
      },
      callerContact: parseUri(contact)?.user ?? '',
      giveUp: () => {
        cancelAttempt(this.#options, callId, sequence).catch((error: unknown) =>
          this.#log.warn({ error }, 'Kamailio did not cancel a call'),
        );
      },
      mailbox: null,
      transferredBy: null,
    };
    this.#log.info({ callId, callKey: call.key, device: device.deviceId }, 'call started');
    this.#core.calls.start(call);
    return call;
  }

  async #happened(event: Event): Promise<void> {
    const { calls, now, location, accounts } = this.#core;
    switch (event.kind) {
      case 'welcome':
        return this.#catchUp();
      case 'registered':
        return this.#registered(event.device, event.place);
      case 'unregistered': {
        const known = await accounts.sipDevice(event.device);
        if (known !== null)
          location.remove(known.device.userId, ({ device }) => device.deviceId === known.device.deviceId);
        return;
      }
      case 'expired': {
        const [user = '', domain = ''] = event.aor.replace(/^sips?:/, '').split('@');
        const owner = await accounts.userByDialString(user, domain);
        if (owner !== null) location.lost(owner.userId, ({ contactUser }) => contactUser === event.contact);
        return;
      }
      default: {
        const call = calls.byKey(event.key);
        if (call === undefined) return;
        if (event.kind === 'ringing') calls.rings(call);
        else if (event.kind === 'answered') this.#answered(call, event);
        else if (event.kind === 'failed' && call.answeredAt !== null) return;
        else if (event.kind === 'failed') calls.ended(call, resultsOfStatus(event.status), new Date(now()));
        // A dialog that was replaced (RFC 3891) ends; the call goes on in the other.
        else if (call.dialog === null || call.dialog.callId === event.callId)
          calls.ended(call, { caller: 'answered', callee: 'answered' }, new Date(now()));
      }
    }
  }

  #answered(call: Call, { device, callId, from, to, contact }: Event & { kind: 'answered' }): void {
    const { calls, mailbox, now } = this.#core;
    const byTelephone = /^d[0-9a-f]{8,}$/.test(device);
    if (byTelephone) call.mailbox = null;
    const caller = call.dialog?.caller ?? { target: '', sequence: 1 };
    call.dialog = {
      callId,
      caller: { ...caller, address: from },
      callee: { address: to, target: contact, sequence: 2 ** 20 },
    };
    calls.answered(call, byTelephone ? device : (mailbox?.deviceId ?? ''), new Date(now()));
  }

  /** `place`: the address as Kamailio takes it from us, and after a blank the contact as registered. */
  async #registered(deviceId: string, place: string): Promise<void> {
    const known = await this.#core.accounts.sipDevice(deviceId);
    const [contact = '', registered = ''] = place.split(' ');
    if (known === null) return;
    this.#core.location.add({
      device: known.device,
      contact,
      contactUser: registered,
      instance: null,
      connection: this.peer,
      expiresAt: this.#core.now() + contactMs,
      callId: '',
      sequence: 0,
    });
  }

  /** After a start of this server, or of the line: who is registered and which calls run is in Kamailio's tables. */
  async #catchUp(): Promise<void> {
    const { calls, accounts } = this.#core;
    for (const [contact, entry] of await readTable(this.#options, 'contact')) {
      const [device = '', place = ''] = entry.split(' ');
      await this.#registered(device, `${place} ${contact}`);
    }
    for (const [key, devices] of await readTable(this.#options, 'call')) {
      const [caller, callee] = await Promise.all(
        devices.split(' ').map(async (device): Promise<Party> => {
          const known = await accounts.sipDevice(device);
          return {
            userId: known?.device.userId ?? null,
            deviceId: device,
            name: known?.device.name ?? null,
            number: known?.device.extension ?? '',
          };
        }),
      );
      if (caller !== undefined && callee !== undefined) calls.revive(key, caller, callee);
    }
    this.#log.info({ registrations: this.#core.location.size, calls: calls.size }, 'Kamailio is there');
  }
}

const aorOf = ({ extension, domain }: { extension: string; domain: string }): string => `sip:${extension}@${domain}`;

const resultsOfStatus = (status: number): ReturnType<typeof resultsOf> => {
  if (status === 487) return resultsOf('cancelled', null);
  return status === 408 ? resultsOf('noAnswer', null) : resultsOf('open', { status });
};
