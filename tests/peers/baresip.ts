/** baresip as a desk phone: an account of the server, UDP, a tone as its microphone, and an ear on what it decodes. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  closeSync,
  fstatSync,
  rmSync,
  writeFileSync,
  readFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provision } from './sip-phone-line.ts';
import { freePort } from './sipp.ts';

const moduleFolder = (): string =>
  ['/usr/lib/baresip/modules', '/usr/local/lib/baresip/modules'].find((folder) => existsSync(folder)) ?? '';

interface BaresipEvent {
  type: string;
  param?: string;
}

export interface BaresipOptions {
  serverUrl: string;
  /** Kamailio's UDP port. */
  sipPort: number;
  user: string;
  frequency: number;
  transport?: 'udp' | 'tcp';
  /** Takes calls by itself. */
  answers?: boolean;
}

const sampleRate = 8000;
const window = 4000;
const header = 44;

/** Level in dB below full scale of `wanted` Hz. */
const levelAt = (samples: Int16Array, wanted: number): number => {
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, at) => {
    const angle = (2 * Math.PI * wanted * at) / sampleRate;
    real += (sample / 32768) * Math.cos(angle);
    imaginary += (sample / 32768) * Math.sin(angle);
  });
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / samples.length + 1e-10);
};

export class Baresip {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #control: Socket;
  readonly #events: BaresipEvent[] = [];
  #wake: () => void = () => undefined;

  private constructor(process: ChildProcess, folder: string, control: Socket) {
    this.#process = process;
    this.#folder = folder;
    this.#control = control;
    let pending = '';
    control.on('data', (chunk: Buffer) => {
      pending += chunk.toString();
      for (let found = /^(\d+):/.exec(pending); found !== null; found = /^(\d+):/.exec(pending)) {
        const from = found[0].length;
        const length = Number(found[1]);
        if (pending.length <= from + length) break;
        const said = JSON.parse(pending.slice(from, from + length)) as BaresipEvent & { event?: boolean };
        pending = pending.slice(from + length + 1);
        if (said.event === true) this.#events.push(said);
        this.#wake();
      }
    });
  }

  /** Registered. */
  static async registered(options: BaresipOptions): Promise<Baresip> {
    const { serverUrl, sipPort, user, frequency, transport = 'udp', answers = false } = options;
    const { sip } = await provision(serverUrl, user);
    const folder = mkdtempSync(path.join(tmpdir(), 'kontor-baresip-'));
    const [own, control] = [await freePort(), await freePort()];
    mkdirSync(path.join(folder, 'sound'));
    const modules = ['g711', 'ausine', 'aubridge', 'sndfile'].map((name) => `module ${name}.so`);
    const config = [
      'poll_method epoll',
      `sip_listen 127.0.0.1:${own}`,
      'call_local_timeout 120',
      'call_max_calls 4',
      `audio_player aubridge,${user}`,
      `audio_source ausine,${frequency}`,
      `audio_alert aubridge,${user}-alert`,
      'ausrc_srate 48000',
      'auplay_srate 8000',
      'ausrc_channels 2',
      'auplay_channels 1',
      'rtp_ports 41000-49000',
      'rtcp_mux no',
      'net_interface 127.0.0.1',
      `module_path ${moduleFolder()}`,
      ...modules,
      'module_tmp uuid.so',
      'module_tmp account.so',
      'module_app menu.so',
      'module_app ctrl_tcp.so',
      `ctrl_tcp_listen 127.0.0.1:${control}`,
      `snd_path ${path.join(folder, 'sound')}`,
    ];
    writeFileSync(path.join(folder, 'config'), `${config.join('\n')}\n`);
    writeFileSync(
      path.join(folder, 'accounts'),
      [
        `<${sip.uri};transport=${transport}>`,
        `auth_user=${sip.authorizationUser}`,
        `auth_pass=${sip.password}`,
        `outbound="sip:127.0.0.1:${sipPort};transport=${transport}"`,
        'regint=60',
        `answermode=${answers ? 'auto' : 'manual'}`,
        'audio_codecs=PCMU/8000/1,PCMA/8000/1',
        'dtmfmode=rtpevent\n',
      ].join(';'),
    );
    writeFileSync(path.join(folder, 'contacts'), '');
    const log = openSync(path.join(folder, 'log'), 'w');
    const process = spawn('baresip', ['-f', folder], { stdio: ['ignore', log, log] });
    const socket = await new Promise<Socket>((open, failed) => {
      const attempt = (): void => {
        const socket = connect(control, '127.0.0.1');
        socket.once('connect', () => open(socket));
        socket.once('error', () => {
          if (process.exitCode === null) setTimeout(attempt, 20);
          else failed(new Error(`baresip ended:\n${readFileSync(path.join(folder, 'log'), 'utf8')}`));
        });
      };
      attempt();
    });
    const telephone = new Baresip(process, folder, socket);
    await telephone.event('REGISTER_OK');
    return telephone;
  }

  /** Carries out a command of baresip's menu. */
  do(command: string, params = ''): void {
    const text = JSON.stringify({ command, params, token: command });
    this.#control.write(`${Buffer.byteLength(text)}:${text},`);
  }

  /** Resolves with the next event of this type; each counts once. */
  async event(type: string): Promise<BaresipEvent> {
    for (;;) {
      const at = this.#events.findIndex((one) => one.type === type);
      const [found] = at < 0 ? [] : this.#events.splice(at, 1);
      if (found !== undefined) return found;
      await new Promise<void>((woken) => (this.#wake = woken));
    }
  }

  /** The last half second of what the newest call plays. */
  #heard(): Int16Array {
    const sound = path.join(this.#folder, 'sound');
    const newest = readdirSync(sound)
      .filter((name) => name.includes('dec'))
      .sort()
      .at(-1);
    if (newest === undefined) return new Int16Array(0);
    const file = openSync(path.join(sound, newest), 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(window * 2);
      const from = header + 2 * Math.floor((size - header) / 2) - bytes.length;
      if (from < header) return new Int16Array(0);
      readSync(file, bytes, 0, bytes.length, from);
      return new Int16Array(bytes.buffer, bytes.byteOffset, window);
    } finally {
      closeSync(file);
    }
  }

  async hears(frequency: number): Promise<void> {
    await this.#until(() => levelAt(this.#heard(), frequency) > -40);
  }
  /** Silence, or a stream that stands still: both are nothing new. */
  async hearsNothingOf(frequency: number): Promise<void> {
    let before: Int16Array = new Int16Array(0);
    await this.#until(() => {
      const heard = this.#heard();
      const still =
        heard.length > 0 &&
        before.length > 0 &&
        Buffer.compare(Buffer.from(heard.buffer), Buffer.from(before.buffer)) === 0;
      before = heard;
      return still || (heard.length > 0 && levelAt(heard, frequency) < -60);
    });
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((later) => setTimeout(later, 100));
  }

  log(): string {
    return readFileSync(path.join(this.#folder, 'log'), 'utf8');
  }

  async stop(): Promise<void> {
    this.#control.destroy();
    this.#process.kill('SIGKILL');
    await new Promise<void>((ended) =>
      this.#process.exitCode === null && this.#process.signalCode === null
        ? this.#process.once('exit', () => ended())
        : ended(),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
