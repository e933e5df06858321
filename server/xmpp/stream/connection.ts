/**
 * One XMPP stream over one WebSocket (RFC 7395). States:
 *
 *   opening --open--> authenticating --success--> reopening --open--> binding --bind, resume--> bound
 *   any --close, error, socket lost--> closed
 */
import { randomBytes } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { DeviceAccount } from '../../accounts/accounts.ts';
import type { ConnectionInfo } from '../../connection.ts';
import type { Logger } from '../../log.ts';
import { Authentication, type AuthenticationOptions, type SaslStep } from '../authentication/authentication.ts';
import { errorReply, iqResult, type StreamCondition } from '../errors.ts';
import { parseJid } from '../jid.ts';
import type { XmppMetrics } from '../metrics.ts';
import { ns } from '../namespaces.ts';
import { chooseResource } from '../sessions/binding.ts';
import { Session, type SessionLimits, type SessionTransport } from '../sessions/session.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { element, type XmlElement } from '../xml/element.ts';
import { parseFrame } from '../xml/parser.ts';
import { serialize } from '../xml/serializer.ts';
import { Inbox } from './inbox.ts';
import { SocketWriter } from './socket-writer.ts';
import type { Outgoing } from './stream-management.ts';
import { handleManagement, resumeSession } from './stream-resumption.ts';

export interface ConnectionLimits extends SessionLimits {
  stanzaBytes: number;
  stanzasPerSecond: number;
  connectionsPerAccount: number;
  /** From connecting to a bound resource. */
  loginSeconds: number;
  /** Between signs of life; a connection without any for two rounds is dead. */
  pingSeconds: number;
}

export interface ConnectionServices {
  authentication: AuthenticationOptions;
  registry: SessionRegistry;
  limits: ConnectionLimits;
  metrics: XmppMetrics;
  log: Logger;
  now(): number;
  /** Whether the device lost its rights while it was logging in. */
  isRevoked(deviceId: string): boolean;
  /** Ends when the next stanza may come; what it returns, when the stanza's effects are durable. */
  route(session: Session, stanza: XmlElement): Promise<{ stored: Promise<void> } | null>;
  /** A user got a session. */
  sessionStarted(session: Session): Promise<void>;
  sessionEnded(session: Session, undelivered: Outgoing[]): void;
  connectionClosed(connection: Connection): void;
}

const mostLoginFailures = 5;
/** Messages of one connection on their way into the archive; more have to wait. */
const mostUnstored = 500;

type State =
  | { name: 'opening' }
  | { name: 'authenticating'; domain: string; authentication: Authentication; failures: number }
  | { name: 'reopening'; device: DeviceAccount }
  | { name: 'binding'; device: DeviceAccount }
  | { name: 'bound'; session: Session }
  | { name: 'closed' };

const feature = (name: string, namespace: string): XmlElement => element(name, namespace);

export class Connection implements SessionTransport {
  private readonly services: ConnectionServices;
  private readonly info: ConnectionInfo;
  private readonly writer: SocketWriter;
  private readonly inbox: Inbox;
  private readonly loginTimer: NodeJS.Timeout;
  private readonly pingTimer: NodeJS.Timeout;
  private state: State = { name: 'opening' };
  private silentRounds = 0;
  private unstored = 0;

  constructor(services: ConnectionServices, socket: WebSocket, info: ConnectionInfo) {
    const { limits, now } = services;
    this.services = services;
    this.info = info;
    this.writer = new SocketWriter(socket, limits.queueBytes);
    this.inbox = new Inbox(
      socket,
      { framesPerSecond: limits.stanzasPerSecond, frameBytes: limits.stanzaBytes, now },
      (frame) => this.handleFrame(frame),
    );
    this.loginTimer = setTimeout(() => this.fail('connection-timeout'), limits.loginSeconds * 1000);
    this.pingTimer = setInterval(() => this.ping(socket), limits.pingSeconds * 1000);
    this.loginTimer.unref();
    this.pingTimer.unref();
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    socket.on('pong', () => (this.silentRounds = 0));
    socket.on('error', () => this.writer.drop());
    socket.on('close', () => void this.socketClosed());
  }

  /** Device that has logged in here, or `null`. */
  device(): DeviceAccount | null {
    if (this.state.name === 'bound') return this.state.session.account;
    return this.state.name === 'reopening' || this.state.name === 'binding' ? this.state.device : null;
  }

  write(xml: string): void {
    this.writer.write(xml);
  }

  /** Ends the stream with an error; a session on it is not resumable any more. */
  fail(condition: StreamCondition): void {
    this.writer.end(condition, condition === 'policy-violation' ? 1008 : 1000);
    this.close();
  }

  abandon(): void {
    if (this.state.name === 'bound') this.state = { name: 'closed' };
    this.inbox.clear();
    this.writer.drop();
  }

  private close(): void {
    const { state } = this;
    this.state = { name: 'closed' };
    this.inbox.clear();
    if (state.name === 'bound') state.session.end();
  }

  private ping(socket: WebSocket): void {
    this.silentRounds += 1;
    if (this.silentRounds > 2) this.writer.drop();
    else if (socket.readyState === socket.OPEN) socket.ping();
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.silentRounds = 0;
    if (this.state.name === 'closed') return;
    if (isBinary) return this.fail('not-well-formed');
    const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
    if (bytes.length > this.services.limits.stanzaBytes) return this.fail('policy-violation');
    if (!this.inbox.put(bytes.toString('utf8'))) this.fail('policy-violation');
  }

  private async socketClosed(): Promise<void> {
    clearTimeout(this.loginTimer);
    clearInterval(this.pingTimer);
    await this.inbox.empty(); // What came before the end still counts.
    const { state } = this;
    this.state = { name: 'closed' };
    if (state.name === 'bound') state.session.connectionLost(this);
    this.services.connectionClosed(this);
  }

  private async handleFrame(frame: string): Promise<void> {
    if (this.state.name === 'closed' || frame.trim() === '') return;
    try {
      const parsed = parseFrame(frame);
      if (parsed.ok) await this.handleElement(parsed.element);
      else this.fail(parsed.condition);
    } catch (error) {
      this.services.log.error({ err: error, remoteAddress: this.info.remoteAddress }, 'XMPP stream failed');
      this.fail('internal-server-error');
    }
  }

  private async handleElement(received: XmlElement): Promise<void> {
    if (received.is('open', ns.framing)) return this.open(received);
    if (received.is('close', ns.framing)) {
      this.writer.end();
      return this.close();
    }
    switch (this.state.name) {
      case 'authenticating':
        if (received.namespace === ns.sasl) return this.authenticate(received);
        return this.fail('not-authorized');
      case 'binding':
        return this.bindOrResume(received, this.state.device);
      case 'bound':
        return this.handleInSession(received, this.state.session);
      case 'opening':
      case 'reopening':
        return this.fail('bad-format');
      case 'closed':
    }
  }

  private open(received: XmlElement): void {
    const { state, services } = this;
    const to = parseJid(received.attribute('to') ?? '');
    if (received.attribute('version') !== '1.0' || !to || to.local !== '' || to.resource !== '') {
      this.answerOpen(to?.domain);
      return this.fail(to ? 'bad-format' : 'host-unknown');
    }
    this.answerOpen(to.domain);
    if (state.name === 'opening') {
      // Every domain is taken seriously, so that nobody learns which ones exist.
      const { remoteAddress, secure } = this.info;
      const authentication = new Authentication(services.authentication, to.domain, remoteAddress, secure);
      this.state = { name: 'authenticating', domain: to.domain, authentication, failures: 0 };
      const mechanisms = authentication.mechanisms().map((name) => element('mechanism', ns.sasl, {}, name));
      return this.writeFeatures(element('mechanisms', ns.sasl, {}, ...mechanisms));
    }
    if (state.name !== 'reopening') return this.fail('bad-format');
    if (to.domain !== state.device.domain) return this.fail('host-unknown');
    this.state = { name: 'binding', device: state.device };
    this.writeFeatures(
      feature('bind', ns.bind),
      element('session', ns.session, {}, element('optional', ns.session)),
      feature('sm', ns.streamManagement),
      feature('csi', ns.clientState),
      feature('ver', ns.rosterVersions),
    );
  }

  private answerOpen(domain: string | undefined): void {
    const id = randomBytes(12).toString('base64url');
    this.write(serialize(element('open', ns.framing, { from: domain, id, version: '1.0', 'xml:lang': 'en' })));
  }

  private writeFeatures(...features: XmlElement[]): void {
    this.write(serialize(element('features', ns.streams, {}, ...features)));
  }

  private async authenticate(received: XmlElement): Promise<void> {
    if (this.state.name !== 'authenticating') return;
    const state = this.state;
    let step: SaslStep;
    try {
      if (received.name === 'auth') {
        step = await state.authentication.start(received.attribute('mechanism') ?? '', received.text());
      } else if (received.name === 'response') step = await state.authentication.respond(received.text());
      else if (received.name === 'abort') step = state.authentication.abort();
      else return this.fail('bad-format');
    } catch (error) {
      this.services.log.error({ err: error }, 'XMPP login failed inside');
      step = { kind: 'failure', condition: 'temporary-auth-failure' };
    }
    if (this.state !== state) return;
    if (step.kind === 'challenge') return this.writeSasl('challenge', step.data);
    if (step.kind === 'success' && !this.services.isRevoked(step.device.deviceId)) {
      this.services.metrics.logins.inc({ result: 'success' });
      this.state = { name: 'reopening', device: step.device };
      return this.writeSasl('success', step.data);
    }
    this.services.metrics.logins.inc({ result: 'failure' });
    const condition = step.kind === 'failure' ? step.condition : 'not-authorized';
    this.write(serialize(element('failure', ns.sasl, {}, element(condition, ns.sasl))));
    state.failures += 1;
    if (state.failures >= mostLoginFailures) this.fail('policy-violation');
  }

  private writeSasl(name: string, data: string): void {
    const text = data === '' ? undefined : Buffer.from(data).toString('base64');
    this.write(serialize(element(name, ns.sasl, {}, text)));
  }

  private async bindOrResume(received: XmlElement, device: DeviceAccount): Promise<void> {
    const { registry, limits } = this.services;
    if (received.is('resume', ns.streamManagement)) {
      const session = await resumeSession(registry, device, received);
      if (session && this.state.name === 'binding') return this.attach(session, received.attribute('previd') ?? '');
      const failed = element('failed', ns.streamManagement, {}, element('item-not-found', ns.stanzaErrors));
      return this.write(serialize(failed));
    }
    if (received.namespace === ns.streamManagement) {
      const failed = element('failed', ns.streamManagement, {}, element('unexpected-request', ns.stanzaErrors));
      return this.write(serialize(failed));
    }
    const bind = received.child('bind', ns.bind);
    if (!received.is('iq', ns.client) || received.attribute('type') !== 'set' || !bind) {
      return this.fail('not-authorized');
    }
    const requested = bind.child('resource', ns.bind)?.text();
    const binding = chooseResource(registry, device, requested, limits.connectionsPerAccount);
    if (!binding.ok) return this.write(serialize(errorReply(received, binding.condition)));
    const session = new Session(device, binding.resource, this, limits, {
      sent: (kind) => this.services.metrics.stanzas.inc({ kind, direction: 'out' }),
      ended: (ended, undelivered) => {
        registry.remove(ended);
        this.services.sessionEnded(ended, undelivered);
      },
    });
    registry.add(session);
    this.enter(session);
    // First of all, so that nothing can be delivered before the client knows its address.
    const jid = element('bind', ns.bind, {}, element('jid', ns.bind, {}, session.fullJid));
    this.write(serialize(iqResult(received, jid)));
    await this.services.sessionStarted(session);
  }

  private attach(session: Session, previd: string): void {
    this.enter(session);
    const h = session.streamManagement?.handled();
    session.resume(this, serialize(element('resumed', ns.streamManagement, { previd, h })));
  }

  private enter(session: Session): void {
    clearTimeout(this.loginTimer);
    this.state = { name: 'bound', session };
  }

  private async handleInSession(received: XmlElement, session: Session): Promise<void> {
    if (received.namespace === ns.streamManagement) {
      return handleManagement(this, this.services.registry, session, received, this.services.limits.resumeSeconds);
    }
    if (received.is('active', ns.clientState)) return session.becomeActive();
    if (received.is('inactive', ns.clientState)) return session.becomeInactive();
    if (received.namespace !== ns.client) return this.fail('invalid-namespace');
    const { name } = received;
    if (name !== 'message' && name !== 'presence' && name !== 'iq') return this.fail('unsupported-stanza-type');
    this.services.metrics.stanzas.inc({ kind: name, direction: 'in' });
    const stanza = received.with({ from: session.fullJid });
    const handled = session.streamManagement?.received();
    try {
      const routed = await this.services.route(session, stanza);
      if (!routed) return handled?.();
      this.unstored += 1;
      const stored = routed.stored
        .catch((error: unknown) => this.logFailure(error, name))
        .then(() => {
          this.unstored -= 1;
          handled?.();
        });
      if (this.unstored > mostUnstored) await stored;
    } catch (error) {
      this.logFailure(error, name);
      if (stanza.attribute('type') !== 'error' && name !== 'presence') {
        session.sendStanza(errorReply(stanza, 'internal-server-error'));
      }
      handled?.();
    }
  }

  private logFailure(error: unknown, kind: string): void {
    this.services.log.error({ err: error, kind }, 'XMPP stanza failed');
  }
}
