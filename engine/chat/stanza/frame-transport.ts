/**
 * WebSocket transport for stanza (RFC 7395: one element a frame). Takes the place of the library's own, whose
 * duplex stream swallows the end of the connection when a write races the socket's death: here every way a socket
 * can end is told exactly once, and a write on a dead socket is left to stream management.
 */
import { JXT, type Agent, type Stanzas, type Transport, type TransportConfig } from 'stanza';
import { archiveResultOf } from './archive-results.ts';

/** Larger frames are not what a server with limits sends. */
const largestFrame = 4 * 1024 * 1024;

export class FrameTransport implements Transport {
  hasStream = false;
  stream?: Stanzas.Stream;
  authenticated?: boolean;
  private readonly client: Agent;
  private readonly registry: JXT.Registry;
  private readonly heard: () => void;
  private socket: WebSocket | null = null;
  private config: TransportConfig | null = null;
  private over = false;

  constructor(client: Agent, registry: JXT.Registry, heard: () => void) {
    this.client = client;
    this.registry = registry;
    this.heard = heard;
  }

  connect(config: TransportConfig): void {
    this.config = config;
    const socket = new WebSocket(config.url ?? '', 'xmpp');
    this.socket = socket;
    socket.onopen = () => {
      this.client.sm.started = false;
      this.client.emit('connected');
      this.restart();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (typeof event.data === 'string' && event.data.length <= largestFrame) this.receive(event.data);
      else this.end();
    };
    socket.onclose = () => this.end();
    socket.onerror = () => this.end();
  }

  disconnect(cleanly = true): void {
    if (cleanly && this.hasStream) this.write('stream', { action: 'close' });
    this.end();
  }

  restart(): void {
    this.hasStream = false;
    this.write('stream', { action: 'open', lang: this.config?.lang, to: this.config?.server, version: '1.0' });
  }

  send(name: string, data?: JXT.JSONData): Promise<void> {
    this.write(name, data ?? {});
    return Promise.resolve();
  }

  private write(name: string, data: JXT.JSONData): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const frame = this.registry.export(name, data)?.toString();
    if (frame !== undefined) this.socket.send(frame);
  }

  private receive(frame: string): void {
    if (this.over) return;
    this.heard();
    try {
      const xml = JXT.parse(frame);
      const archived = archiveResultOf(xml);
      if (archived) return void this.client.emit('stream:data', archived, 'message');
      const kind = this.registry.getImportKey(xml);
      const stanza = this.registry.import(xml, {
        acceptLanguages: this.config?.acceptLanguages,
        lang: this.config?.lang,
      });
      if (kind === undefined || stanza === undefined) return;
      if (kind !== 'stream') {
        this.client.emit('stream:data', stanza, kind);
      } else if ((stanza as { action?: string }).action === 'close') {
        this.end();
      } else {
        this.hasStream = true;
        this.stream = stanza as Stanzas.Stream;
        this.client.emit('stream:start', this.stream);
      }
    } catch {
      // Not well-formed: nothing after it can be trusted.
      this.end();
    }
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.hasStream = false;
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
    }
    // Private to the library, and the only way to tell it.
    (this.client as unknown as { emit(event: string): void }).emit('--transport-disconnected');
  }
}
