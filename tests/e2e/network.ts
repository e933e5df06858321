/** The way between a client and the server, to be cut in the ways in which networks are. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

type State =
  /** Everything passes. */
  | 'up'
  /** Connections are reset, and new ones as well. */
  | 'reset'
  /** Nothing arrives, and nobody is told. WebSockets that were open stay silent for good. */
  | 'silent'
  /** Pages and requests pass, WebSockets are reset. */
  | 'noSockets';

export class Network {
  readonly #server: Server;
  readonly #links = new Map<Socket, Socket>();
  readonly #webSockets = new WeakSet<Socket>();
  /** Opened while nothing passed. */
  readonly #unheard = new Set<Socket>();
  #state: State = 'up';

  private constructor(server: Server) {
    this.#server = server;
  }

  /** A way to the server at this address. */
  static async to(url: string): Promise<Network> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const network = new Network(server);
    server.on('connection', (near) => network.#join(near, () => connect(Number(port), hostname)));
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(state: Exclude<State, 'up'>): void {
    this.#state = state;
    for (const [near, far] of this.#links) {
      if (state === 'silent') {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      } else {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    }
  }

  mend(): void {
    if (this.#state === 'silent') {
      for (const near of [...this.#links.keys(), ...this.#unheard]) {
        // A browser would go on waiting on the connections that it keeps for later requests.
        if (!this.#webSockets.has(near)) near.resetAndDestroy();
      }
      this.#unheard.clear();
    }
    this.#state = 'up';
  }

  async close(): Promise<void> {
    for (const near of this.#unheard) near.destroy();
    for (const [near, far] of this.#links) {
      near.destroy();
      far.destroy();
    }
    await new Promise((closed) => this.#server.close(closed));
  }

  #join(near: Socket, connectOn: () => Socket): void {
    near.on('error', () => near.destroy());
    if (this.#state === 'reset') return void near.resetAndDestroy();
    if (this.#state === 'silent') {
      this.#unheard.add(near.pause());
      return;
    }
    near.once('data', (first: Buffer) => {
      const isWebSocket = /\r\nupgrade: *websocket/i.test(first.toString('latin1'));
      if (isWebSocket) this.#webSockets.add(near);
      if (isWebSocket && this.#state === 'noSockets') {
        near.resetAndDestroy();
        return;
      }
      const far = connectOn();
      this.#links.set(near, far);
      far.on('error', () => far.destroy());
      far.write(first);
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => {
        near.destroy();
        this.#links.delete(near);
      });
    });
  }
}
