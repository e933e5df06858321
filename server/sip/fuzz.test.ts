import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serialize } from './message/message.ts';
import { parseMessage } from './message/parser.ts';
import { Phone, startServer, type TestServer } from './test-doubles.ts';

let server: TestServer;
let tcpPort: number;
beforeAll(async () => {
  server = await startServer({
    limits: { messageBytes: 65_536, headers: 100, connectionsPerAccount: 1000, messagesPerSecond: 1_000_000 },
  });
  tcpPort = await server.service.listenTcp(0, '127.0.0.1');
});
afterAll(() => server.stop());

const sender = new Phone('anna-1');
const target = 'sip:102@demo.kontor.internal';
const seeds = ['INVITE', 'REGISTER', 'MESSAGE', 'BYE', 'OPTIONS', 'CANCEL', 'ACK', 'UPDATE'].map((method) =>
  serialize(
    sender.request(
      method,
      target,
      `<${target}>;tag=1`,
      [{ name: 'Route', value: '<sip:e30.AAAA@demo.kontor.internal;lr>' }],
      'v=0\r\n',
    ),
  ),
);

/** A real message with bytes changed, cut out, doubled or put in. */
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(
      fc.record({
        at: fc.nat(700),
        length: fc.nat(40),
        how: fc.constantFrom('change', 'cut', 'double', 'insert'),
        bytes: fc.oneof(
          fc.uint8Array({ maxLength: 12 }),
          fc.constantFrom('\r\n', ';', '"', '<', ',', '\0', '\r\n ', ':').map((text) => Buffer.from(text)),
        ),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([seed, changes]) => {
    let text = Buffer.from(seed);
    for (const { at, length, how, bytes } of changes) {
      const [before, middle, after] = [
        text.subarray(0, at),
        text.subarray(at, at + length),
        text.subarray(at + length),
      ];
      if (how === 'change') text = Buffer.concat([before, Buffer.from(bytes), after]);
      else if (how === 'cut') text = Buffer.concat([before, after]);
      else if (how === 'double') text = Buffer.concat([before, middle, middle, after]);
      else text = Buffer.concat([before, Buffer.from(bytes), middle, after]);
    }
    return text;
  });

test('the parser takes anything without throwing', () => {
  fc.assert(
    fc.property(mutated, (bytes) => {
      expect(['message', 'refused', 'dropped']).toContain(parseMessage(bytes, { headers: 100 }).kind);
    }),
    { seed: 1, numRuns: 5000 },
  );
});

test('thousands of broken messages over a registered WebSocket leave the server working', async () => {
  const messages = fc.sample(mutated, { seed: 2, numRuns: 3000 });
  let phone = await Phone.registered('anna-1', server.url);
  for (const [index, message] of messages.entries()) {
    if (index % 250 === 0 || !phone.connected) {
      phone.close();
      phone = await Phone.registered('anna-1', server.url);
    }
    phone.raw(message);
  }
  const last = await Phone.registered('anna-2', server.url);
  const ask = last.request('OPTIONS', 'sip:demo.kontor.internal', '<sip:demo.kontor.internal>');
  last.send(ask);
  expect((await last.final(ask)).status).toBe(200);
});

test('thousands of broken messages over TCP leave the server working', async () => {
  const messages = fc.sample(mutated, { seed: 3, numRuns: 2000 });
  for (let at = 0; at < messages.length; at += 20) {
    const socket: Socket = connect(tcpPort, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    for (const message of messages.slice(at, at + 20)) if (socket.writable) socket.write(message);
    socket.destroy();
  }
  const socket = connect(tcpPort, '127.0.0.1');
  const ask = sender.request('OPTIONS', 'sip:demo.kontor.internal', '<sip:demo.kontor.internal>');
  socket.write(serialize(ask));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(answer.toString()).toContain('SIP/2.0 200 OK');
});
