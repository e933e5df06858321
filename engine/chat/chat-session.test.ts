/** The chat's state logic against a server of a few lines, with time and accidents under control. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArchivedMessage } from '../../protocol/archive.ts';
import { createNoticeBoard } from '../notices/notice-board.ts';
import { createMemoryArchive, type KeptValues } from '../ports/memory-archive.ts';
import type { Archive, Clock } from '../ports/ports.ts';
import { createEngineStore } from '../state/store.ts';
import { createChatService } from './chat-service.ts';
import type {
  ArchivePage,
  ArchiveQuery,
  OutgoingMessage,
  WireMessage,
  XmppLink,
  XmppLinkListener,
} from './xmpp-link.ts';

const own = 'anna@example.org';
const peer = 'ben@example.org';
const limits = { messageCharacters: 10_000, stanzaBytes: 262_144, avatarBytes: 1, statusTextCharacters: 1 };
const shell = {
  deviceKind: 'desktop' as const,
  deviceName: '',
  defaultServer: async () => ({ server: null, user: null, locale: 'en' }),
  probeServer: async () => 'reachable' as const,
  show: () => undefined,
  quit: () => undefined,
  setLayout: () => undefined,
  setUnread: () => undefined,
  setInCall: () => undefined,
  takeLink: async () => null,
  onLink: () => () => undefined,
  onNetworkChange: () => () => undefined,
  attention: () => ({ visible: true, focused: false }),
  onAttentionChange: () => () => undefined,
};

class FakeClock implements Clock {
  time = 1_000_000;
  private readonly timers = new Set<{ at: number; callback: () => void }>();
  now = () => this.time;
  random = () => 0.5;
  after = (milliseconds: number, callback: () => void) => {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  };
  /** Lets time pass, and everything happen that is due. */
  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }
}
/** Everything that follows from what has happened, without time passing. */
const settle = async () => {
  for (let round = 0; round < 8; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Archive, stream management and the other side's client. */
class FakeServer {
  archive: { id: string; wire: WireMessage }[] = [];
  /** Clock of the server, relative to the client's. */
  skew = 0;
  private readonly clock: FakeClock;
  listener: XmppLinkListener | null = null;
  connected = false;
  /** Stanzas that the server has not seen yet, and acknowledgements that the client has not seen yet. */
  up: OutgoingMessage[] = [];
  acks: string[] = [];
  down: WireMessage[] = [];
  unacked: OutgoingMessage[] = [];

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  store(wire: WireMessage): WireMessage {
    const id = String(1000 + this.archive.length);
    const archived = { ...wire, archiveId: id, timestamp: this.clock.now() + this.skew };
    this.archive.push({ id, wire: archived });
    return { ...archived, timestamp: null };
  }
  /** The other side writes. */
  write(id: string, body: string): void {
    this.down.push(this.store({ ...nothing, direction: 'in', id, body }));
  }
  deliver(): void {
    if (!this.connected) return;
    for (const message of this.up.splice(0)) {
      if (
        message.kind === 'chat' &&
        !this.archive.some(({ wire }) => wire.direction === 'out' && wire.id === message.id)
      ) {
        this.store({ ...nothing, direction: 'out', id: message.id, body: message.body });
      }
      this.acks.push(message.id);
    }
    for (const wire of this.down.splice(0)) this.listener?.messageReceived(wire);
  }
  acknowledge(): void {
    if (!this.connected) return;
    for (const id of this.acks.splice(0)) {
      this.unacked = this.unacked.filter((message) => message.id !== id);
      this.listener?.messageAcknowledged(id);
    }
  }
  /** `reached`: what was on the way to the server still gets there. */
  cut(reached: boolean): void {
    if (!this.connected) return;
    if (reached) {
      const { listener } = this;
      this.listener = null;
      const { down } = this;
      this.down = [];
      this.deliver();
      this.down = down;
      this.listener = listener;
    }
    this.connected = false;
    this.up = [];
    this.listener?.closed('lost');
  }
  open(resume: boolean): void {
    this.connected = true;
    if (resume) {
      // What the server has handled it says on resuming; the rest the client sends again.
      this.acknowledge();
      this.up = [...this.unacked];
    } else {
      this.acks = [];
      this.unacked = [];
      this.down = [];
    }
    this.listener?.opened(resume);
  }
  query({ with: only, page, max }: ArchiveQuery): ArchivePage {
    if (!this.connected) return { outcome: 'failed' };
    const all = this.archive.filter(({ wire }) => only === undefined || wire.peer === only);
    const at = (id: string) => all.findIndex((each) => each.id === id);
    const before = 'before' in page ? (page.before === '' ? all.length : at(page.before)) : all.length;
    const after = 'after' in page ? at(page.after) + 1 : 0;
    const slice = 'after' in page ? all.slice(after, after + max) : all.slice(Math.max(0, before - max), before);
    const complete = 'after' in page ? after + max >= all.length : before - max <= 0;
    return {
      outcome: 'page',
      messages: slice.map(({ wire }) => wire),
      first: slice[0]?.id ?? null,
      last: slice.at(-1)?.id ?? null,
      complete,
    };
  }
}
const nothing: WireMessage = {
  peer,
  direction: 'in',
  id: null,
  archiveId: null,
  timestamp: null,
  body: null,
  chatState: null,
  receiptWanted: false,
  receivedId: null,
  displayedId: null,
};

const startClient = async (server: FakeServer, clock: FakeClock, archive: Archive) => {
  const store = createEngineStore();
  let wantsResume = false;
  const link: Omit<XmppLink, 'lastHeardAt'> = {
    open: () => server.open(wantsResume),
    close: async () => server.cut(true),
    abort: () => server.cut(false),
    send: (message) => {
      server.unacked.push(message);
      server.up.push(message);
    },
    sendPresence: () => undefined,
    setActive: () => undefined,
    ping: async () => true,
    queryArchive: async (query) => server.query(query),
    fetchPicture: async () => null,
    publishPicture: async () => true,
  };
  const chat = createChatService({
    store,
    ports: {
      archive,
      clock,
      shell,
    },
    notices: createNoticeBoard({ store, shell, clock, tones: { play: () => undefined } }),
    onAuthenticationFailed: () => undefined,
    createLink: (_account, listener) => {
      server.listener = listener;
      return {
        ...link,
        get lastHeardAt() {
          return clock.now();
        },
      };
    },
  });
  await chat.start({ url: '', jid: own, password: '', mucDomain: '' }, limits);
  await settle();
  return {
    store,
    chat,
    resumeNext: (resume: boolean) => {
      wantsResume = resume;
    },
    messages: (): ArchivedMessage[] => store.getState().conversations.byPeer[peer]?.messages ?? [],
  };
};
const keptValues = (): KeptValues => {
  const values = new Map<string, string>();
  return {
    names: () => [...values.keys()],
    get: (name) => values.get(name) ?? null,
    set: (name, value) => void values.set(name, value),
    remove: (name) => void values.delete(name),
  };
};

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'send' } as const) },
  { weight: 4, arbitrary: fc.constant({ do: 'write' } as const) },
  { weight: 3, arbitrary: fc.constant({ do: 'deliver' } as const) },
  { weight: 3, arbitrary: fc.constant({ do: 'acknowledge' } as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'repeat' } as const) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), reached: fc.boolean(), resume: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), time: fc.integer({ min: 1, max: 5_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), reached: fc.boolean() }) },
);

describe('CHA-8', () => {
  it('loses, doubles and mixes nothing, whatever happens to the connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom(0, -3_600_000, 3_600_000),
        fc.constantFrom('keeps messages', 'forgets them with the page'),
        async (steps, skew, kind) => {
          const clock = new FakeClock();
          const server = new FakeServer(clock);
          server.skew = skew;
          clock.time += 10_000_000;
          const kept = keptValues();
          let archive = createMemoryArchive(kept);
          let client = await startClient(server, clock, archive);
          let count = 0;
          const sent: string[] = [];
          const highest = new Map<string, string>();
          const order = ['received', 'queued', 'failed', 'sent', 'delivered', 'read'];
          const look = () => {
            for (const { direction, id, delivery } of client.messages()) {
              const before = highest.get(`${direction}${id}`) ?? 'received';
              expect(order.indexOf(delivery)).toBeGreaterThanOrEqual(order.indexOf(before));
              highest.set(`${direction}${id}`, delivery);
            }
          };
          for (const each of steps) {
            count += 1;
            if (each.do === 'send') {
              client.chat.sendMessage(peer, `own ${count}`);
              sent.push(`own ${count}`);
            } else if (each.do === 'write') server.write(`w${count}`, `other ${count}`);
            else if (each.do === 'deliver') server.deliver();
            else if (each.do === 'acknowledge') server.acknowledge();
            else if (each.do === 'pass') clock.pass(each.time);
            else if (each.do === 'repeat') {
              const last = server.archive.at(-1);
              if (last && server.connected && last.wire.direction === 'in' && server.down.length === 0) {
                server.listener?.messageReceived(last.wire);
              }
            } else if (each.do === 'cut') {
              client.resumeNext(each.resume);
              server.cut(each.reached);
            } else {
              server.cut(each.reached);
              await settle();
              await client.chat.stop();
              server.up = [];
              if (kind !== 'keeps messages') {
                archive = createMemoryArchive(kept);
                highest.clear();
              }
              client = await startClient(server, clock, archive);
            }
            await settle();
            look();
          }
          // In the end the connection stands, and everything comes to rest.
          client.resumeNext(false);
          for (let round = 0; round < 4; round += 1) {
            clock.pass(40_000);
            await settle();
            server.deliver();
            server.acknowledge();
            await settle();
          }
          await client.chat.openConversation(peer);
          for (let page = 0; page < 4; page += 1) await client.chat.loadOlderMessages(peer);
          look();
          const shown = client.messages();
          const truth = server.archive.map(({ wire }) => wire);
          expect(shown.filter(({ direction }) => direction === 'out').map(({ body }) => body)).toEqual(sent);
          expect(shown.filter(({ direction }) => direction === 'in').map(({ body }) => body)).toEqual(
            truth.filter(({ direction }) => direction === 'in').map(({ body }) => body),
          );
          expect(truth.filter(({ direction }) => direction === 'out').map(({ body }) => body)).toEqual(sent);
          // The order of both sides together is the archive's, where messages did not cross on their way.
          expect(shown.map(({ timestamp }) => timestamp)).toEqual(
            shown.map(({ timestamp }) => timestamp).toSorted((one, other) => one - other),
          );
          expect(shown.every(({ delivery }) => delivery !== 'queued')).toBe(true);
          expect(client.store.getState().conversations.byPeer[peer]?.unread ?? 0).toBe(
            truth.filter(({ direction }) => direction === 'in').length,
          );
          await client.chat.stop();
        },
      ),
      { seed: 20261124, numRuns: 300 },
    );
  });

  it('keeps a message that came back after it was acknowledged as failed, also over a restart', async () => {
    const clock = new FakeClock();
    const server = new FakeServer(clock);
    const archive = createMemoryArchive(keptValues());
    let client = await startClient(server, clock, archive);
    client.chat.sendMessage(peer, 'refused later');
    await settle();
    server.deliver();
    server.acknowledge();
    await settle();
    const [message] = client.messages();
    expect(message?.delivery).toBe('sent');
    server.listener?.messageBounced(peer, message?.id ?? '');
    await settle();
    expect(client.messages().map(({ delivery }) => delivery)).toEqual(['failed']);
    await client.chat.stop();
    // The server's archive still has it, and says so when it is caught up with.
    client = await startClient(server, clock, archive);
    await client.chat.openConversation(peer);
    expect(client.messages().map(({ delivery }) => delivery)).toEqual(['failed']);
    client.chat.retryMessage(peer, message?.id ?? '');
    await settle();
    expect(await archive.call('queued', null)).toHaveLength(1);
    await client.chat.stop();
  });
});
