import { afterEach, expect, test } from 'vitest';
import { header, type SipRequest } from '../sip/message/message.ts';
import { Phone, startServer, type TestServer } from '../sip/test-doubles.ts';
import { createLogger } from '../log.ts';
import { createEchoApplication } from './echo-application.ts';
import { echoedCodec } from './embedded-media.ts';

let server: TestServer;
afterEach(() => server.stop());

const open: { ended: () => void; closed: boolean }[] = [];
const log = createLogger('silent');
const start = async (sessions: number, longestMs = 60_000): Promise<Phone> => {
  open.length = 0;
  const application = createEchoApplication(
    {
      echo: async (ended) => {
        const session = { ended, closed: false };
        open.push(session);
        return {
          answer: async (offer) => {
            if (!offer.startsWith('v=0')) throw new Error('not an offer');
            return 'v=0\r\ns=answer\r\n';
          },
          close: async () => void (session.closed = true),
        };
      },
    },
    log,
    { sessions, longestMs },
  );
  server = await startServer({ applications: [application] });
  return Phone.registered('anna-1', server.url);
};

test('TEL-8 the echo test answers, answers hold, ends on BYE and leaves one row', async () => {
  const anna = await start(5);
  const invite = anna.invite('801');
  const ok = await anna.final(invite);
  expect([ok.status, ok.body.toString()]).toEqual([200, 'v=0\r\ns=answer\r\n']);
  expect(header(ok, 'P-Asserted-Identity')).toBe('"Echo" <sip:801@demo.kontor.internal>');
  anna.inDialog('ACK', invite, ok);
  expect(server.service.phoneStateOf('u-anna')).toBe('busy');
  expect((await anna.final(anna.inDialog('INFO', invite, ok))).status).toBe(200);
  expect((await anna.final(anna.inDialog('BYE', invite, ok))).status).toBe(200);
  await server.store.until(() => server.store.ended.length === 1);
  expect(server.store.ended[0]).toMatchObject({
    result: 'answered',
    number: '801',
    partyName: 'Echo',
    partyUserId: null,
  });
  expect(open[0]?.closed).toBe(true);
});

test('the echo test hangs up when the media is gone, and after its longest time', async () => {
  const anna = await start(5, 100);
  const talk = async (): Promise<SipRequest> => {
    const invite = anna.invite('801');
    anna.inDialog('ACK', invite, await anna.final(invite));
    return invite;
  };
  await talk();
  open[0]?.ended();
  anna.reply(await anna.next('BYE'), 200);
  await talk();
  anna.reply(await anna.next('BYE'), 200);
  await server.store.until(() => server.store.ended.length === 2);
  expect(server.store.results()).toEqual(['anna:answered', 'anna:answered']);
});

test('more sessions than allowed are busy, and no common codec is 488', async () => {
  const anna = await start(1);
  const uri = 'sip:801@demo.kontor.internal';
  const strange = anna.request('INVITE', uri, `<${uri}>`, [], 'no sdp');
  anna.send(strange);
  expect((await anna.final(strange)).status).toBe(488);
  expect((await anna.final(anna.invite('801'))).status).toBe(200);
  expect((await anna.final(anna.invite('801'))).status).toBe(486);
});

test('the codec that the offer likes best and that can be echoed is taken', async () => {
  await start(1);
  const offer =
    'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 63 111 9 0 8\r\na=rtpmap:63 red/48000/2\r\na=rtpmap:111 opus/48000/2\r\n';
  expect(echoedCodec(offer)).toEqual({ payloadType: 111, name: 'opus', clockRate: 48000, channels: 2 });
  expect(echoedCodec(offer.replace('63 111 ', ''))).toEqual({ payloadType: 9, name: 'G722', clockRate: 8000 });
  expect(echoedCodec('v=0\r\nm=video 9 RTP/AVP 96\r\n')).toBeNull();
});
