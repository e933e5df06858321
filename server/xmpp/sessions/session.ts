/**
 * One resource of a user. It outlives its connection while stream management may resume it:
 *
 *   attached --socket lost--> detached --resume--> attached
 *      |                         | time is up
 *      +--close, no resumption---+--> ended
 */
import type { DeviceAccount } from '../../accounts/accounts.ts';
import { bareJidOf } from '../directory.ts';
import type { StreamCondition } from '../errors.ts';
import { ns } from '../namespaces.ts';
import { ClientState } from '../stream/client-state.ts';
import type { Outgoing, StreamManagement } from '../stream/stream-management.ts';
import { element, type XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serializer.ts';

/** What a session needs of the connection it lives on. */
export interface SessionTransport {
  write(xml: string): void;
  /** Ends the stream with an error; the session is no longer attached to it. */
  fail(condition: StreamCondition): void;
  /** Drops the connection without a word, unread frames included. */
  abandon(): void;
}

export interface SessionLimits {
  /** How long a lost connection may be resumed. */
  resumeSeconds: number;
  /** Unacknowledged stanzas and bytes a client may have outstanding. */
  queueStanzas: number;
  queueBytes: number;
}

export interface SendOptions {
  archivedId?: bigint;
  bounce?: () => void;
}

export interface SessionHooks {
  /** A stanza of this kind went out. */
  sent(kind: string): void;
  /** With what the client has not acknowledged. */
  ended(session: Session, undelivered: Outgoing[]): void;
}

/** A page of the archive in one go: each answer counts against the client's rate. */
const requestAfterStanzas = 250;
/** Soon: what a client leaves unacknowledged when it logs out, it gets again. */
const requestAfterMilliseconds = 20;

type State =
  { name: 'attached'; transport: SessionTransport } | { name: 'detached'; timer: NodeJS.Timeout } | { name: 'ended' };

export class Session {
  readonly account: DeviceAccount;
  readonly resource: string;
  readonly bareJid: string;
  readonly fullJid: string;
  /** Last available presence as it goes out; `null`: not available. */
  presence: XmlElement | null = null;
  priority = 0;
  /** When it became available, in milliseconds since 1970. */
  availableSince = Number.POSITIVE_INFINITY;
  /** Asked for the roster: gets pushes (RFC 6121 §2.2). */
  interested = false;
  carbons = false;
  /** Bare or full JIDs that got directed presence. */
  readonly directed = new Set<string>();
  /** PEP nodes the client wants to hear of, by its capabilities. */
  notify = new Set<string>();
  capabilities: string | null = null;
  streamManagement: StreamManagement | null = null;
  /** Resolves when the last archived message of this session is durable. */
  lastStored: Promise<unknown> = Promise.resolve();
  private readonly clientState = new ClientState();
  private readonly limits: SessionLimits;
  private readonly hooks: SessionHooks;
  private state: State;
  private sentSinceRequest = 0;
  private requestTimer: NodeJS.Timeout | null = null;

  constructor(
    account: DeviceAccount,
    resource: string,
    transport: SessionTransport,
    limits: SessionLimits,
    hooks: SessionHooks,
  ) {
    this.account = account;
    this.resource = resource;
    this.bareJid = bareJidOf(account);
    this.fullJid = `${this.bareJid}/${resource}`;
    this.state = { name: 'attached', transport };
    this.limits = limits;
    this.hooks = hooks;
  }

  isEnded(): boolean {
    return this.state.name === 'ended';
  }

  isDetached(): boolean {
    return this.state.name === 'detached';
  }

  /** Takes part in messages to the bare JID (RFC 6121 §8.5.2.1.1). */
  takesMessages(): boolean {
    return this.presence !== null && this.priority >= 0;
  }

  /** Sends now or, while the client is inactive or away, as soon as it is there again. */
  sendStanza(stanza: XmlElement, options: SendOptions = {}): void {
    for (const due of this.clientState.offer(stanza)) this.transmit(due, due === stanza ? options : {});
  }

  private transmit(stanza: XmlElement, options: SendOptions): void {
    if (this.state.name === 'ended') return;
    const xml = serialize(stanza);
    this.hooks.sent(stanza.name);
    if (this.streamManagement) {
      this.streamManagement.push({ xml, archivedId: options.archivedId ?? null, bounce: options.bounce ?? null });
      const queued = this.streamManagement.queued();
      if (queued.stanzas > this.limits.queueStanzas || queued.bytes > this.limits.queueBytes) {
        return this.end('resource-constraint');
      }
    }
    if (this.state.name !== 'attached') return;
    this.state.transport.write(xml);
    if (this.streamManagement) this.askForAcknowledgement();
  }

  private askForAcknowledgement(): void {
    this.sentSinceRequest += 1;
    if (this.sentSinceRequest >= requestAfterStanzas) return this.request();
    this.requestTimer ??= setTimeout(() => this.request(), requestAfterMilliseconds);
  }

  private request(): void {
    this.sentSinceRequest = 0;
    if (this.requestTimer) clearTimeout(this.requestTimer);
    this.requestTimer = null;
    this.writeNow(serialize(element('r', ns.streamManagement)));
  }

  /** Past stream management; lost if there is no connection. */
  writeNow(xml: string): void {
    if (this.state.name === 'attached') this.state.transport.write(xml);
  }

  /** Another connection takes over: nothing more is read from the one so far. */
  releaseTransport(): void {
    if (this.state.name !== 'attached') return;
    const { transport } = this.state;
    this.connectionLost(transport);
    transport.abandon();
  }

  becomeInactive(): void {
    this.clientState.becomeInactive();
  }

  becomeActive(): void {
    for (const stanza of this.clientState.becomeActive()) this.transmit(stanza, {});
  }

  /** The connection died without closing its stream. */
  connectionLost(transport: SessionTransport): void {
    if (this.state.name !== 'attached' || this.state.transport !== transport) return;
    if (!this.streamManagement?.resumable) return this.end();
    const timer = setTimeout(() => this.end(), this.limits.resumeSeconds * 1000);
    timer.unref();
    this.state = { name: 'detached', timer };
  }

  /** Continues on another connection: `announce` is written first, then what the client has not got. */
  resume(transport: SessionTransport, announce: string): void {
    if (this.state.name === 'ended') return;
    if (this.state.name === 'detached') clearTimeout(this.state.timer);
    else this.state.transport.abandon();
    this.state = { name: 'attached', transport };
    transport.write(announce);
    this.clientState.becomeActive().forEach((stanza) => this.streamManagement?.push(plain(serialize(stanza))));
    for (const { xml } of this.streamManagement?.unacknowledged() ?? []) transport.write(xml);
    this.request();
  }

  /** Ends for good; with an error if one is given and a connection is there to tell it to. */
  end(condition?: StreamCondition): void {
    const state = this.state;
    if (state.name === 'ended') return;
    this.state = { name: 'ended' };
    if (this.requestTimer) clearTimeout(this.requestTimer);
    if (state.name === 'detached') clearTimeout(state.timer);
    else if (condition) state.transport.fail(condition);
    this.hooks.ended(this, [...(this.streamManagement?.unacknowledged() ?? [])]);
  }
}

const plain = (xml: string): Outgoing => ({ xml, archivedId: null, bounce: null });
