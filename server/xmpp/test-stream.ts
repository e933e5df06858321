/** A bare XMPP stream for tests that look at single frames. */
import { WebSocket } from 'ws';
import { ns } from './namespaces.ts';
import { testDomain } from './test-accounts.ts';
import type { XmlElement } from './xml/element.ts';
import { parseFrame } from './xml/parser.ts';

type Accept = (element: XmlElement) => boolean;

export class TestStream {
  readonly socket: WebSocket;
  /** Frames nobody has waited for yet, oldest first. */
  unread: XmlElement[] = [];
  /** Resolves when the socket is closed, with everything unread. */
  readonly closed: Promise<XmlElement[]>;
  private waiting: { accept: Accept; resolve: (element: XmlElement) => void }[] = [];
  private queries = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', () => resolve(this.unread)));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const parsed = parseFrame(data.toString());
      if (!parsed.ok) throw new Error(`The server sent a bad frame: ${data.toString()}`);
      this.receive(parsed.element);
    });
  }

  private receive(element: XmlElement): void {
    const index = this.waiting.findIndex(({ accept }) => accept(element));
    if (index < 0) this.unread.push(element);
    else this.waiting.splice(index, 1)[0]?.resolve(element);
  }

  static async connect(url: string): Promise<TestStream> {
    const socket = new WebSocket(url, 'xmpp');
    const stream = new TestStream(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return stream;
  }

  /** Connected and past the first features. */
  static async open(url: string): Promise<TestStream> {
    const stream = await TestStream.connect(url);
    await stream.reopen();
    return stream;
  }

  /** Logged in by PLAIN as one of the user's devices, with a resource. */
  static async login(url: string, user: string, device = 1, resource?: string): Promise<TestStream> {
    const stream = await TestStream.authenticated(url, user, device);
    await stream.bind(resource ?? `r${device}`);
    return stream;
  }

  static async authenticated(url: string, user: string, device = 1): Promise<TestStream> {
    const stream = await TestStream.open(url);
    await stream.plain(user, `${user}-${device}`);
    await stream.reopen();
    return stream;
  }

  /** Logged in, available, and with what came meanwhile read. */
  static async available(url: string, user: string, device = 1): Promise<TestStream> {
    const stream = await TestStream.login(url, user, device);
    stream.send('<presence xmlns="jabber:client"/>');
    await stream.sync();
    stream.unread = [];
    return stream;
  }

  send(xml: string): void {
    this.socket.send(xml);
  }

  /** First frame that fits, of those unread or to come. */
  next(accept: Accept): Promise<XmlElement> {
    const index = this.unread.findIndex(accept);
    const found = index < 0 ? undefined : this.unread.splice(index, 1)[0];
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => this.waiting.push({ accept, resolve }));
  }

  named(name: string): Promise<XmlElement> {
    return this.next((element) => element.name === name);
  }

  message(text: string): Promise<XmlElement> {
    return this.next((element) => element.child('body', ns.client)?.text() === text);
  }

  async reopen(): Promise<XmlElement> {
    this.send(`<open xmlns="${ns.framing}" to="${testDomain}" version="1.0"/>`);
    return this.named('features');
  }

  async plain(user: string, password: string): Promise<XmlElement> {
    const text = Buffer.from(`\0${user}\0${password}`).toString('base64');
    this.send(`<auth xmlns="${ns.sasl}" mechanism="PLAIN">${text}</auth>`);
    return this.next((element) => element.namespace === ns.sasl);
  }

  async bind(resource: string): Promise<XmlElement> {
    return this.query(`<bind xmlns="${ns.bind}"><resource>${resource}</resource></bind>`, 'set');
  }

  /** Sends an iq and resolves with the answer. */
  query(payload: string, type: 'get' | 'set' = 'get', to?: string): Promise<XmlElement> {
    this.queries += 1;
    const id = `q${this.queries}`;
    const address = to === undefined ? '' : ` to="${to}"`;
    this.send(`<iq xmlns="jabber:client" type="${type}" id="${id}"${address}>${payload}</iq>`);
    return this.next((element) => element.name === 'iq' && element.attribute('id') === id);
  }

  /** Resolves when the server has handled everything sent so far and its own answers are here. */
  async sync(): Promise<void> {
    await this.query(`<query xmlns="${ns.mam}"><set xmlns="${ns.rsm}"><max>0</max></set></query>`, 'set');
  }

  /** A chat message to a user of the test domain; `extra` is XML. */
  chat(to: string, text: string, extra = ''): void {
    const body = text === '' ? '' : `<body>${text}</body>`;
    const address = to.includes('@') ? to : `${to}@${testDomain}`;
    this.send(`<message xmlns="jabber:client" type="chat" to="${address}">${body}${extra}</message>`);
  }

  /** Managed from now on; the id to resume by. */
  async manage(): Promise<string> {
    this.send(`<enable xmlns="${ns.streamManagement}" resume="true"/>`);
    return (await this.named('enabled')).attribute('id') ?? '';
  }

  /** Cuts the connection without closing the stream. */
  async cut(): Promise<void> {
    this.socket.terminate();
    await this.closed;
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
