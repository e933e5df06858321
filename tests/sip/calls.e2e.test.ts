import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { createLogger } from '../../server/log.ts';
import { createEchoApplication } from '../../server/media/echo-application.ts';
import { createEmbeddedMedia } from '../../server/media/embedded-media.ts';
import { startServer, type TestServer } from '../../server/sip/test-doubles.ts';
import { browserArguments, installToneAndEar } from '../e2e/colleague.ts';

interface Session {
  answer(options: object): void;
  terminate(): void;
  on(event: string, listener: (data: { cause?: string }) => void): void;
}
interface Agent {
  on(event: string, listener: (data: { session: Session }) => void): void;
  start(): void;
  call(target: string, options: object): Session;
}
interface SipWindow {
  JsSIP: { WebSocketInterface: new (url: string) => object; UA: new (configuration: object) => Agent };
  agent: Agent;
  session: Session | null;
  ended: string | null;
  kontorEar(frequency: number): number;
}

let server: TestServer;
let browser: Browser;
let script: string;

beforeAll(async () => {
  server = await startServer({
    applications: [createEchoApplication(createEmbeddedMedia(), createLogger('silent'))],
  });
  server.http.on('request', (_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>telephone</title>');
  });
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry: 'node_modules/jssip/lib/JsSIP.js', formats: ['iife'], name: 'JsSIP' },
    },
  });
  const output = Array.isArray(built) ? built[0]! : built;
  if (!('output' in output)) throw new Error('no bundle');
  script = output.output[0].code;
  browser = await chromium.launch({
    executablePath: process.env.KONTOR_BROWSER ?? '/usr/bin/chromium',
    args: ['--headless=new', ...browserArguments],
  });
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page with a registered JsSIP telephone that answers by itself and speaks with a tone. */
const telephone = async (device: string, frequency: number): Promise<Page> => {
  const context = await browser.newContext({ permissions: ['microphone'] });
  await context.addInitScript(installToneAndEar, frequency);
  const page = await context.newPage();
  await page.goto(server.url.replace('ws:', 'http:'));
  await page.addScriptTag({ content: script });
  await page.evaluate(
    ({ url, device }) =>
      new Promise<void>((registered) => {
        const page = window as never as SipWindow;
        const loaded = page.JsSIP as SipWindow['JsSIP'] & { default?: SipWindow['JsSIP'] };
        const { UA, WebSocketInterface } = loaded.UA === undefined ? loaded.default! : loaded;
        page.session = null;
        page.ended = null;
        page.agent = new UA({
          sockets: [new WebSocketInterface(url)],
          uri: `sip:${device.split('-')[0]}@demo.kontor.internal`,
          authorization_user: device,
          password: 'secret',
          realm: 'demo.kontor.internal',
        });
        page.agent.on('registered', () => registered());
        page.agent.on('newRTCSession', ({ session }) => {
          page.session = session;
          session.on('ended', ({ cause }) => (page.ended = cause ?? ''));
          session.on('failed', ({ cause }) => (page.ended = `failed: ${cause}`));
          if ((session as Session & { direction: string }).direction === 'incoming')
            session.answer({ mediaConstraints: { audio: true }, pcConfig: { iceServers: [] } });
        });
        page.agent.start();
      }),
    { url: server.url, device },
  );
  return page;
};

const call = (page: Page, dialled: string): Promise<void> =>
  page.evaluate((target) => {
    const page = window as never as SipWindow;
    page.agent.call(target, { mediaConstraints: { audio: true }, pcConfig: { iceServers: [] } });
  }, `sip:${dialled}@demo.kontor.internal`);

const hears = async (page: Page, frequency: number): Promise<void> => {
  await page.waitForFunction((wanted) => (window as never as SipWindow).kontorEar(wanted) > -45, frequency, {
    polling: 50,
    timeout: 20_000,
  });
};
const hangUp = (page: Page): Promise<void> => page.evaluate(() => (window as never as SipWindow).session!.terminate());
const ended = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => (window as never as SipWindow).ended !== null, null, { polling: 50 });
};

test('TEL-1 TEL-2 two JsSIP telephones register, call and hear each other', async () => {
  const [anna, ben] = [await telephone('anna-1', 440), await telephone('ben-1', 660)];
  await call(anna, '102');
  await Promise.all([hears(anna, 660), hears(ben, 440)]);
  await hangUp(ben);
  await ended(anna);
  await server.store.until(() => server.store.ended.length === 2);
  expect(server.store.results()).toEqual(['anna:answered', 'ben:answered']);
  await Promise.all([anna.context().close(), ben.context().close()]);
});

test('TEL-8 the echo test gives back the own tone, through hold and resume', async () => {
  server.store.ended.length = 0;
  const anna = await telephone('anna-1', 440);
  await call(anna, '801');
  await hears(anna, 440);
  await anna.evaluate(
    () =>
      new Promise<void>((held) => {
        const session = (window as never as SipWindow).session as never as { hold(o: object, done: () => void): void };
        session.hold({}, () => held());
      }),
  );
  await anna.waitForFunction(() => (window as never as SipWindow).kontorEar(440) < -70, null, { polling: 50 });
  await anna.evaluate(
    () =>
      new Promise<void>((resumed) => {
        const session = (window as never as SipWindow).session as never as {
          unhold(o: object, done: () => void): void;
        };
        session.unhold({}, () => resumed());
      }),
  );
  await hears(anna, 440);
  await hangUp(anna);
  await ended(anna);
  await server.store.until(() => server.store.ended.length === 1);
  expect(server.store.results()).toEqual(['anna:answered']);
  expect(server.store.ended[0]?.number).toBe('801');
  await anna.context().close();
});
