/** Puts the parts of the XMPP service together. */
import type { WebSocket } from 'ws';
import type { UserId } from '../../protocol/identity.ts';
import type { ConnectionInfo } from '../connection.ts';
import { serverKey } from '../database/server-keys.ts';
import { LoginThrottle } from './authentication/login-throttle.ts';
import { Directory } from './directory.ts';
import { Capabilities } from './discovery/capabilities.ts';
import { IqRouter } from './iq-router.ts';
import { Archive } from './messages/archive.ts';
import { MessageRouter } from './messages/message-router.ts';
import { OfflineMessages } from './messages/offline-messages.ts';
import { createMetrics } from './metrics.ts';
import { ns } from './namespaces.ts';
import { Presence } from './presence/presence.ts';
import { NodeStore } from './pubsub/node-store.ts';
import { PersonalEventing } from './pubsub/personal-eventing.ts';
import { avatarHash, Vcards } from './pubsub/vcard.ts';
import { Roster } from './roster/roster.ts';
import type { Session } from './sessions/session.ts';
import { SessionRegistry } from './sessions/session-registry.ts';
import { Connection, type ConnectionLimits } from './stream/connection.ts';
import type { Outgoing } from './stream/stream-management.ts';
import type { XmlElement } from './xml/element.ts';
import type { XmppService, XmppServiceOptions } from './xmpp-service.ts';

/** What usually stays as it is; tests set it otherwise. Times in seconds, `now` in milliseconds since 1970. */
export interface XmppTuning {
  resumeSeconds: number;
  loginSeconds: number;
  pingSeconds: number;
  queueStanzas: number;
  queueBytes: number;
  now(): number;
}

const usualTuning: XmppTuning = {
  resumeSeconds: 60,
  loginSeconds: 30,
  pingSeconds: 25,
  queueStanzas: 12_000,
  queueBytes: 32 * 1024 * 1024,
  now: Date.now,
};

const mostRevokedRemembered = 1_000;

class EmbeddedXmppService implements XmppService {
  private readonly options: XmppServiceOptions;
  private readonly limits: ConnectionLimits;
  private readonly registry = new SessionRegistry();
  private readonly connections = new Set<Connection>();
  private readonly revoked = new Set<string>();
  private readonly running = new Set<Promise<unknown>>();
  private readonly unsubscribe: (() => void)[];
  private readonly archive: Archive;
  private readonly directory: Directory;
  private readonly messages: MessageRouter;
  private readonly offline: OfflineMessages;
  private readonly presence: Presence;
  private readonly roster: Roster;
  private readonly iqs: IqRouter;
  private readonly services: ConstructorParameters<typeof Connection>[0];
  private closed = false;

  constructor(
    options: XmppServiceOptions,
    tuning: XmppTuning,
    metrics: ReturnType<typeof createMetrics>,
    archive: Archive,
    saltSecret: Buffer,
  ) {
    const { accounts, database, log } = options;
    const { registry } = this;
    this.options = options;
    this.limits = { ...tuning, ...options.limits };
    this.archive = archive;
    this.directory = new Directory(accounts);
    const { directory } = this;
    this.offline = new OfflineMessages(archive, log);
    const nodes = new NodeStore(database);
    const eventing = new PersonalEventing({
      nodes,
      directory,
      registry,
      avatarChanged: (userId) => this.presence.avatarChanged(userId),
    });
    const capabilities = new Capabilities((session, added) => eventing.sendLatest(session, added));
    this.presence = new Presence({
      directory,
      registry,
      now: tuning.now,
      avatarHash: (userId: UserId) => avatarHash(nodes, userId),
      listener: {
        becameAvailable: async (session) => {
          // Clients without capabilities are told of pictures all the same.
          if (!session.presence?.child('c', ns.caps)) await eventing.sendLatest(session, [ns.avatarMetadata]);
        },
        startedTakingMessages: (session) => this.offline.deliverTo(session),
        announced: (session) => capabilities.announced(session),
      },
    });
    this.roster = new Roster(directory, registry, this.presence);
    this.messages = new MessageRouter({ archive, directory, registry, offline: this.offline });
    const { now } = tuning;
    const { roster } = this;
    const vcards = new Vcards(nodes, eventing);
    this.iqs = new IqRouter({
      archive,
      capabilities,
      database,
      directory,
      eventing,
      nodes,
      registry,
      roster,
      vcards,
      now,
    });
    this.services = {
      authentication: { accounts, throttle: new LoginThrottle(now), saltSecret },
      registry,
      limits: this.limits,
      metrics,
      log,
      now,
      isRevoked: (deviceId) => this.revoked.has(deviceId),
      route: (session, stanza) => this.route(session, stanza),
      sessionStarted: (session) => this.roster.userCameOnline(session.account.userId),
      sessionEnded: (session, undelivered) => this.sessionEnded(session, undelivered),
      connectionClosed: (connection) => {
        this.connections.delete(connection);
        metrics.connections.set(this.connections.size);
      },
    };
    this.unsubscribe = [
      accounts.onDeviceRevoked((deviceId) => this.deviceRevoked(deviceId)),
      accounts.onDirectoryChanged(() => this.run(this.roster.directoryChanged())),
    ];
  }

  /** For the metrics. */
  sessionCounts(): { attached: number; detached: number } {
    const sessions = this.registry.all();
    const detached = sessions.filter((session) => session.isDetached()).length;
    return { attached: sessions.length - detached, detached };
  }

  accept(socket: WebSocket, info: ConnectionInfo): void {
    if (this.closed) return socket.close(1001);
    this.connections.add(new Connection(this.services, socket, info));
    this.services.metrics.connections.set(this.connections.size);
  }

  async flush(): Promise<void> {
    await this.archive.settled();
    await Promise.all(this.running);
    await this.offline.settled();
    await this.archive.settled();
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const stop of this.unsubscribe) stop();
    await this.archive.settled();
    for (const connection of this.connections) connection.fail('system-shutdown');
    for (const session of this.registry.all()) session.end();
    await this.flush();
  }

  private run(work: Promise<unknown>): void {
    const guarded: Promise<unknown> = work
      .catch((error: unknown) => this.options.log.error({ err: error }, 'XMPP work failed'))
      .finally(() => this.running.delete(guarded));
    this.running.add(guarded);
  }

  private async route(session: Session, stanza: XmlElement): Promise<{ stored: Promise<void> } | null> {
    if (stanza.name === 'message') return this.messages.handle(session, stanza);
    if (stanza.name === 'presence') await this.presence.handle(session, stanza);
    else await this.iqs.handle(session, stanza);
    return null;
  }

  private sessionEnded(session: Session, undelivered: Outgoing[]): void {
    const { userId } = session.account;
    this.run(
      (async () => {
        await this.presence.leave(session);
        await this.messages.redeliver(session, undelivered);
        if (this.registry.isOnline(userId)) return;
        this.roster.userWentOffline(userId);
        this.directory.forget(userId);
      })(),
    );
  }

  private deviceRevoked(deviceId: string): void {
    this.revoked.add(deviceId);
    if (this.revoked.size > mostRevokedRemembered) {
      for (const oldest of this.revoked) {
        this.revoked.delete(oldest);
        break;
      }
    }
    for (const connection of this.connections) {
      if (connection.device()?.deviceId === deviceId) connection.fail('not-authorized');
    }
    for (const session of this.registry.all()) if (session.account.deviceId === deviceId) session.end();
  }
}

/** Opens the service on a database that has its migrations; `tuning` changes single values. */
export const createXmppService = async (
  options: XmppServiceOptions,
  tuning: Partial<XmppTuning> = {},
): Promise<XmppService> => {
  const all = { ...usualTuning, ...tuning };
  let service: EmbeddedXmppService | null = null;
  const metrics = createMetrics(options.metrics, () => service?.sessionCounts() ?? { attached: 0, detached: 0 });
  const archive = await Archive.open(options.database, metrics.archiveLatency, all.now);
  const saltSecret = await serverKey(options.database, 'xmpp-unknown-user-salt');
  service = new EmbeddedXmppService(options, all, metrics, archive, saltSecret);
  return service;
};
