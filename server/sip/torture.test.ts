import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { serialize } from './message/message.ts';
import { Phone, startServer, type TestServer } from './test-doubles.ts';

/**
 * The messages of RFC 4475 as they are printed there, sent to the running service by a stranger. `intmeth` and
 * `mpart01`, which hold bytes that no text file keeps, are in `message/torture.test.ts`.
 */
const messages = readFileSync(new URL('message/rfc4475.txt', import.meta.url), 'utf8')
  .split(/^== /m)
  .slice(1)
  .map((part) => {
    const [title = '', ...lines] = part.split('\n');
    const [section = '', name = ''] = title.split(' ');
    return { section, name, bytes: lines.join('\r\n') };
  });

/** What a stranger is told: the request was understood (401 and 407 ask who it is) or what is wrong with it. */
const final: Record<string, number | null> = {
  ...{ wsinv: 407, esc01: 407, escnull: 401, esc02: 407, lwsdisp: 407, longreq: 407, dblreq: 401, semiuri: 407 },
  ...{ transports: 407, unreason: null, noreason: null },
  ...{ badinv01: 400, clerr: 400, ncl: 400, scalar02: 400, scalarlg: null, quotbal: 400, ltgtruri: 400, lwsruri: 400 },
  ...{ lwsstart: 400, trws: 400, escruri: 400, baddate: 400, regbadct: 400, badaspec: 400, baddn: 400, badvers: 505 },
  ...{ mismatch01: 400, mismatch02: 400, bigcode: null, badbranch: 407 },
  ...{ insuf: 400, unkscm: 416, novelsc: 416, unksm2: 401, bext01: 420, invut: 407, regaut01: 401, multi01: 400 },
  ...{ mcl01: 400, bcast: null, zeromf: 483, cparam01: 401, cparam02: 401, regescrt: 401, sdp01: 407, inv2543: 407 },
};
/** On a stream nobody knows where these end: the connection is closed, or waits for the rest (`clerr`). */
const unframed = ['clerr', 'ncl', 'mcl01', 'inv2543'];

let server: TestServer;
let tcpPort: number;
beforeAll(async () => {
  server = await startServer();
  tcpPort = await server.service.listenTcp(0, '127.0.0.1');
});
afterAll(() => server.stop());

const ping = (): string => {
  const request = new Phone('anna-1').request('OPTIONS', 'sip:demo.kontor.internal', '<sip:demo.kontor.internal>');
  return serialize(request).toString();
};
const statuses = (text: string): number[] =>
  [...text.matchAll(/^SIP\/2\.0 (\d{3})/gm)].map(([, status]) => Number(status)).filter((status) => status >= 200);

test('RFC 4475 is whole', () => {
  expect(messages.map(({ name }) => name)).toEqual(Object.keys(final));
});

test.each(messages)('RFC 4475 $section $name over WebSocket, and the connection goes on', async ({ name, bytes }) => {
  const socket = new WebSocket(server.url, 'sip');
  await once(socket, 'open');
  let heard = '';
  const done = new Promise<void>((resolve, reject) => {
    socket.on('message', (data) => {
      heard += String(data as Buffer);
      if (statuses(heard).includes(200)) resolve();
    });
    socket.on('close', () => reject(new Error('closed')));
  });
  socket.send(bytes);
  socket.send(ping());
  await done;
  socket.terminate();
  const expected = final[name] ?? null;
  expect(statuses(heard)).toEqual(expected === null ? [200] : [expected, 200]);
});

test.each(messages.filter(({ name }) => !unframed.includes(name)))(
  'RFC 4475 $section $name over TCP',
  async ({ name, bytes }) => {
    const socket = connect(tcpPort, '127.0.0.1');
    // What follows a second request or a wrong length on the same stream belongs to it; a status is enough to know.
    const expected = final[name] ?? 200;
    let heard = '';
    const done = new Promise<void>((resolve, reject) => {
      socket.on('data', (data) => {
        heard += data.toString();
        if (statuses(heard).length > 0) resolve();
      });
      socket.on('close', () => reject(new Error('closed')));
    });
    socket.write(bytes);
    socket.write(ping());
    await done;
    socket.destroy();
    expect(statuses(heard)[0]).toBe(expected);
  },
);

test.each(['ncl', 'mcl01', 'inv2543'])('RFC 4475 %s over TCP closes the connection', async (name) => {
  const socket = connect(tcpPort, '127.0.0.1').resume();
  const closed = once(socket, 'close');
  socket.write(messages.find((message) => message.name === name)?.bytes ?? '');
  await closed;
});
