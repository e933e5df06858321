/** A desk with a telephone: a browser with the engine alone, on a line that can be cut. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { CDPSession } from 'playwright-core';
import { build } from 'vite';
import type { Call } from '../../engine/state/types.ts';
import { Colleague } from '../e2e/colleague.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let script: Promise<string> | null = null;
const labScript = (): Promise<string> =>
  (script ??= build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      rolldownOptions: { input: `${root}tests/calls/lab.ts`, output: { codeSplitting: false } },
    },
  }).then((result) => {
    const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) => ('output' in one ? one.output : []));
    const chunk = outputs.find((output) => output.type === 'chunk');
    if (!chunk) throw new Error('The page of the call tests was not built');
    return chunk.code;
  }));

const answerOf = (type: string, body: string): string =>
  [
    'HTTP/1.1 200 OK',
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');

/** Where Kamailio takes WebSockets for the server on a port, as a web server in front of both would know. */
export const sipPorts = new Map<number, number>();

/** Serves the page of the tests and forwards everything else to the server, until it is cut. */
export class Line {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number, script: string): Promise<Line> {
    const server = createServer();
    const line = new Line(server);
    const pages = new Map([
      ['/lab', answerOf('text/html', '<!doctype html><script type="module" src="/lab.js"></script>')],
      ['/lab.js', answerOf('text/javascript', script)],
      ['/nowhere', answerOf('text/html', '<!doctype html>')],
    ]);
    server.on('connection', (near) => {
      near.on('error', () => near.destroy());
      if (line.#isCut) {
        near.destroy();
        return;
      }
      near.once('data', (first: Buffer) => {
        const page = pages.get(/^GET (\S+)/.exec(first.toString('latin1'))?.[1] ?? '');
        if (page) near.end(page);
        else line.#forward(near, first, port);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  #forward(near: Socket, first: Buffer, port: number): void {
    const isSip = first.toString('latin1').startsWith('GET /sip ');
    const far = connect((isSip ? sipPorts.get(port) : undefined) ?? port, '127.0.0.1');
    // One request a connection: a reload asks for the page of the tests over a new one, which is answered here.
    far.write(
      Buffer.from(first.toString('latin1').replace(/^Connection: keep-alive/im, 'Connection: close'), 'latin1'),
    );
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export class Desk {
  readonly line: Line;
  readonly #colleague: Colleague;
  #revived: CDPSession | null = null;

  private constructor(line: Line, colleague: Colleague) {
    this.line = line;
    this.#colleague = colleague;
  }

  /** Logged in as a user of the demo company and registered; the microphone is a tone of `frequency` Hz. */
  static async of(name: string, serverPort: number, frequency: number): Promise<Desk> {
    const line = await Line.to(serverPort, await labScript());
    const colleague = await Colleague.at(`${line.url}/lab`, { name, frequency });
    const { page } = colleague;
    await page.waitForFunction(() => window.lab?.store.getState().session.phase === 'loggedOut');
    const outcome = await page.evaluate(
      (user) => window.lab.commands.login({ server: location.origin, user, password: 'demo1234', save: false }),
      name,
    );
    if (!outcome.ok) throw new Error(`${name} could not log in: ${outcome.failure.code}`);
    const desk = new Desk(line, colleague);
    await desk.isOnline();
    return desk;
  }

  async isOnline(): Promise<void> {
    await this.#colleague.page.waitForFunction(() => window.lab?.store.getState().connection.sip.phase === 'up');
  }

  /** Loads the page again, as the user or a crash does; resolves when the fresh engine is registered. */
  async reload(): Promise<void> {
    await this.#colleague.page.reload();
    await this.isOnline();
  }

  /** Kills the page's process and loads the page again, as a user does who sees it gone. */
  async crash(): Promise<void> {
    const { page } = this.#colleague;
    const session = await this.#colleague.context.newCDPSession(page);
    const crashed = page.waitForEvent('crash');
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
    const back = new Promise((resolve) => session.once('Inspector.targetReloadedAfterCrash', resolve));
    await session.send('Page.reload');
    await back;
    this.#revived = session;
  }

  /** What an expression is worth on a page that was loaded again after a crash: Playwright itself gives it up. */
  async value(expression: string): Promise<unknown> {
    const answer = await this.#revived?.send('Runtime.evaluate', { expression, returnByValue: true });
    return answer?.result.value;
  }

  /** The page is gone; its tab and what the tab keeps are still there. */
  async leave(): Promise<void> {
    await this.#colleague.page.goto(`${this.line.url}/nowhere`);
  }

  async comeBack(): Promise<void> {
    await this.#colleague.page.goto(`${this.line.url}/lab`);
    await this.isOnline();
  }

  /** The calls on this screen, in few words. */
  calls(): Promise<{ id: string; state: string; name: string | null; answeredAt: number | null }[]> {
    return this.#colleague.page.evaluate(() =>
      Object.values(window.lab.store.getState().calls.byId).map((call) => ({
        id: call.id,
        state: call.state,
        name: call.party.name,
        answeredAt: call.state === 'active' ? call.talk.answeredAt : null,
      })),
    );
  }

  /** What the screen calls the owner of a number. */
  nameOf(number: string): Promise<string | null> {
    return this.#colleague.page.evaluate((wanted) => {
      const { contacts } = window.lab.store.getState();
      return Object.values(contacts.rows).find((one) => one.extension === wanted)?.name ?? null;
    }, number);
  }

  dial(target: string) {
    return this.#colleague.page.evaluate((number) => window.lab.commands.dial(number), target);
  }

  /** Takes the call that rings at a colleague. */
  pickUp(userId: string) {
    return this.#colleague.page.evaluate((id) => window.lab.commands.pickUp(id), userId);
  }

  /** Resolves once the desk knows that a colleague's call may be taken. */
  async mayPickUp(userId: string): Promise<void> {
    await this.#colleague.page.waitForFunction(
      (id) => window.lab.store.getState().pickUps.some((offer) => offer.userId === id),
      userId,
      { polling: 20 },
    );
  }

  /** One of the commands that take a call's id first. */
  async do(
    command:
      | 'answerCall'
      | 'rejectCall'
      | 'hangUpCall'
      | 'holdCall'
      | 'resumeCall'
      | 'muteCall'
      | 'sendDigit'
      | 'transferCall',
    callId: string,
    value?: boolean | string,
  ): Promise<void> {
    await this.#colleague.page.evaluate(
      ([name, id, argument]) => {
        const run = window.lab.commands[name] as (id: string, argument?: boolean | string) => unknown;
        return Promise.resolve(run(id, argument)).then(() => undefined);
      },
      [command, callId, value] as const,
    );
  }

  /** Resolves with the newest call once it looks as wanted: all the given fields of the call or of its talk. */
  async call(wanted: Record<string, unknown>): Promise<Call> {
    const { page } = this.#colleague;
    const found = await page
      .waitForFunction(
        (fields) => {
          const { ids, byId } = window.lab.store.getState().calls;
          const call = [...ids]
            .reverse()
            .map((id) => byId[id])
            .find((one) => {
              const flat: Record<string, unknown> = { ...one, ...(one && 'talk' in one ? one.talk : {}) };
              return Object.entries(fields).every(([key, value]) => flat[key] === value);
            });
          return call ?? null;
        },
        wanted,
        { polling: 20 },
      )
      .catch(async (error: unknown) => {
        const seen = await page.evaluate(() => JSON.stringify(window.lab.store.getState().calls.byId));
        throw new Error(`Wanted ${JSON.stringify(wanted)}, saw ${seen}`, { cause: error });
      });
    return (await found.jsonValue()) as Call;
  }

  hears(frequency: number): Promise<void> {
    return this.#colleague.hears(frequency);
  }

  hearsNothingOf(frequency: number): Promise<void> {
    return this.#colleague.hearsNothingOf(frequency);
  }

  async close(): Promise<void> {
    await this.#colleague.close();
    await this.line.close();
  }
}
