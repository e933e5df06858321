import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type WebSocket from 'ws';
import { closeCodes, eventsFrameSchema, type EventsFrame } from '../../protocol/events.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { EventStore } from './event-store.ts';

/** One connection of a client; collects what arrives until it ends. */
class Listener {
  readonly frames: EventsFrame[] = [];
  readonly socket: WebSocket;
  readonly ended: Promise<{ code: number }>;
  #woken = Promise.withResolvers<null>();

  constructor(server: TestServer, hello: unknown) {
    this.socket = server.socket('/events');
    this.ended = new Promise((resolve) => this.socket.once('close', (code) => resolve({ code })));
    void this.ended.then(() => this.#woken.resolve(null));
    this.socket.on('error', () => undefined);
    this.socket.on('open', () => this.socket.send(typeof hello === 'string' ? hello : JSON.stringify(hello)));
    this.socket.on('message', (data: Buffer) => {
      this.frames.push(eventsFrameSchema.parse(JSON.parse(data.toString())));
      this.#woken.resolve(null);
      this.#woken = Promise.withResolvers();
    });
  }

  /** Resolves once `done` holds for what has arrived, or when the connection has ended. */
  async until(done: (frames: EventsFrame[]) => boolean): Promise<void> {
    while (!done(this.frames) && this.socket.readyState !== this.socket.CLOSED) await this.#woken.promise;
  }
}
const isReady = (frames: EventsFrame[]) => frames.some(({ type }) => type === 'ready');
const eventsOf = (frames: EventsFrame[]) => frames.filter((frame) => frame.type === 'event');

describe('event stream', () => {
  let server: TestServer;
  let store: EventStore;
  let anna: string;
  beforeAll(async () => {
    server = await startTestServer();
    store = new EventStore(server.database);
    anna = await server.logIn('anna');
  });
  afterAll(() => server.close());

  const upTo = (userId: string, n: number) => store.publish([userId], { type: 'journalSeen', upTo: String(n) });
  const valueOf = (frame: EventsFrame) =>
    frame.type === 'event' && frame.event.type === 'journalSeen' ? Number(frame.event.upTo) : NaN;

  it('says ready, then tells what happens, to those concerned only', async () => {
    const ben = new Listener(server, { type: 'hello', token: await server.logIn('ben') });
    const listener = new Listener(server, { type: 'hello', token: anna });
    await Promise.all([listener.until(isReady), ben.until(isReady)]);
    await upTo('demo-ben', 1);
    await server.api('PUT', '/favourites/demo-ben', { token: anna });
    await listener.until((frames) => eventsOf(frames).length === 1);
    await ben.until((frames) => eventsOf(frames).length === 1);
    expect(eventsOf(listener.frames)[0]).toMatchObject({
      event: { type: 'favouriteChanged', userId: 'demo-ben', favourite: true },
    });
    expect(eventsOf(ben.frames).map(valueOf)).toEqual([1]);
    listener.socket.close();
    ben.socket.close();
  });

  it('loses, doubles and reorders nothing over thousands of random cuts (SES-8)', async () => {
    const cuts = fc.sample(
      fc.record({
        published: fc.nat({ max: 4 }),
        handled: fc.nat({ max: 4 }),
        stays: fc.boolean(),
        hard: fc.boolean(),
      }),
      { seed: 42, numRuns: 2_000 },
    );
    const token = await server.logIn('clara');
    let position = await store.position();
    let published = 0;
    const received: number[] = [];
    const sequences: number[] = [];
    const handle = (frame: EventsFrame) => {
      expect(frame.type).not.toBe('reset');
      if (frame.type !== 'event') return;
      received.push(valueOf(frame));
      sequences.push(frame.sequence);
      position = frame.sequence;
    };
    for (const cut of cuts) {
      const publishing = Promise.all([
        upTo('demo-david', 0),
        ...Array.from({ length: cut.published }, () => upTo('demo-clara', (published += 1))),
      ]);
      const listener = new Listener(server, { type: 'hello', token, after: position });
      // Cut in the middle of the replay, or after having listened live for a while.
      await listener.until((frames) => isReady(frames) || eventsOf(frames).length > cut.handled);
      if (cut.stays) {
        await listener.until((frames) => received.length + eventsOf(frames).length >= published);
        listener.frames.forEach(handle);
      } else {
        // Whatever came after these frames is as if the network had swallowed it.
        listener.frames.slice(0, cut.handled).forEach(handle);
      }
      if (cut.hard) listener.socket.terminate();
      else listener.socket.close();
      await publishing;
    }
    const last = new Listener(server, { type: 'hello', token, after: position });
    await last.until((frames) => received.length + eventsOf(frames).length >= published);
    last.frames.forEach(handle);
    last.socket.close();
    expect(received).toEqual(Array.from({ length: published }, (_, index) => index + 1));
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
  }, 120_000);

  it('keeps the order of commits when many publish at the same time from several places', async () => {
    const before = await store.position();
    const stores = [store, new EventStore(server.database), new EventStore(server.database)];
    const listener = new Listener(server, { type: 'hello', token: await server.logIn('emma'), after: before });
    await listener.until(isReady);
    await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        stores[n % 3]!.publish(['demo-emma'], { type: 'journalSeen', upTo: String(n) }),
      ),
    );
    await listener.until((frames) => eventsOf(frames).length === 300);
    const sequences = eventsOf(listener.frames).map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    const values = eventsOf(listener.frames).map(valueOf);
    for (const place of [0, 1, 2]) {
      const own = values.filter((n) => n % 3 === place);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    listener.socket.close();
  });

  it('publishes with the transaction or not at all', async () => {
    const before = await store.position();
    const failing = server.database.transaction(async (transaction) => {
      await store.publishIn(transaction, ['demo-felix'], { type: 'journalSeen', upTo: 'never' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await store.position()).toBe(before);
  });

  it('says reset when the gap is too old or from another life of the database', async () => {
    for (let n = 0; n < 10; n += 1) await upTo('demo-felix', n);
    await store.prune({ days: 7, count: 5 });
    const token = await server.logIn('felix');
    const sequence = await store.position();
    for (const after of [0, sequence - 6, sequence + 1_000]) {
      const listener = new Listener(server, { type: 'hello', token, after });
      await listener.until(isReady);
      expect(listener.frames).toEqual([
        { type: 'reset', sequence },
        { type: 'ready', sequence },
      ]);
      listener.socket.close();
    }
    const listener = new Listener(server, { type: 'hello', token, after: sequence - 5 });
    await listener.until(isReady);
    expect(eventsOf(listener.frames).map(valueOf)).toEqual([5, 6, 7, 8, 9]);
    listener.socket.close();
    await store.prune({ days: 7, count: 0 });
    await upTo('demo-felix', 11);
    expect(await store.position()).toBeGreaterThan(sequence);
  });

  it('refuses whoever is not logged in or says something else', async () => {
    const cases: [unknown, number][] = [
      [{ type: 'hello', token: 'x'.repeat(43) }, closeCodes.unauthorized],
      [{ type: 'hello' }, closeCodes.protocolError],
      ['not json', closeCodes.protocolError],
      [{ type: 'hello', token: anna, after: -1 }, closeCodes.protocolError],
      ['x'.repeat(10_000), 1009],
    ];
    for (const [hello, code] of cases) expect(await new Listener(server, hello).ended).toEqual({ code });
    const talkative = new Listener(server, { type: 'hello', token: anna });
    await talkative.until(isReady);
    talkative.socket.send('{}');
    expect(await talkative.ended).toEqual({ code: closeCodes.protocolError });
  });

  it('ends with the session, at once', async () => {
    const token = await server.logIn('greta');
    const listener = new Listener(server, { type: 'hello', token });
    await listener.until(isReady);
    expect((await server.api('DELETE', '/session', { token })).status).toBe(204);
    expect(await listener.ended).toEqual({ code: closeCodes.revoked });
    expect(await new Listener(server, { type: 'hello', token }).ended).toEqual({ code: closeCodes.unauthorized });
  });

  it('allows an account a limited number of connections', async () => {
    const token = await server.logIn('hugo');
    const open = Array.from({ length: 20 }, () => new Listener(server, { type: 'hello', token }));
    await Promise.all(open.map((listener) => listener.until(isReady)));
    const surplus = new Listener(server, { type: 'hello', token });
    expect(await surplus.ended).toEqual({ code: closeCodes.tooManyConnections });
    for (const { socket } of open) socket.close();
    await Promise.all(open.map(({ ended }) => ended));
    const again = new Listener(server, { type: 'hello', token });
    await again.until(isReady);
    again.socket.close();
  });
});
