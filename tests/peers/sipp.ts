/** SIPp as a telephone: scenarios written as steps, run as a program of its own over TCP. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What SIPp puts in: see its keywords `[last_Via:]`, `[peer_tag_param]`, `[routes]`. */
type Step = string;

/** A description that a browser takes: the addresses and the fingerprint lead nowhere. */
export const webSdp = (setup: 'actpass' | 'passive' | 'active'): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    'c=IN IP4 127.0.0.1',
    'a=mid:0',
    'a=rtpmap:111 opus/48000/2',
    'a=rtcp-mux',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
    `a=setup:${setup}`,
    'a=sendrecv',
    'a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host',
    '',
  ].join('\n');

interface Body {
  type: string;
  text: string;
}
export const sdp = (setup: 'actpass' | 'passive' | 'active' = 'passive'): Body => ({
  type: 'application/sdp',
  text: webSdp(setup),
});

const message = (lines: string[], body?: Body): Step =>
  [
    '<send><![CDATA[',
    ...lines,
    ...(body ? [`Content-Type: ${body.type}`] : []),
    'Content-Length: [len]',
    '',
    ...(body ? [body.text] : ['']),
    ']]></send>',
  ].join('\n');

const ownContact = 'Contact: <sip:phone@[local_ip]:[local_port];transport=tcp>';

interface ReplyParts {
  body?: Body;
  extra?: string[];
  contact?: string;
}
/** A response to the request received last. */
export const reply = (status: string, { body, extra = [], contact = ownContact }: ReplyParts = {}): Step =>
  message(
    [
      `SIP/2.0 ${status}`,
      '[last_Via:]',
      '[last_From:]',
      '[last_To:];tag=[pid]sipp[call_number]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      '[last_Record-Route:]',
      contact,
      ...extra,
    ],
    body,
  );
/** A response inside the dialog: the To has its tag already. */
export const replyInDialog = (status: string, { body, extra = [] }: { body?: Body; extra?: string[] } = {}): Step =>
  message(
    [
      `SIP/2.0 ${status}`,
      '[last_Via:]',
      '[last_From:]',
      '[last_To:]',
      '[last_Call-ID:]',
      '[last_CSeq:]',
      '[last_Record-Route:]',
      ownContact,
      ...extra,
    ],
    body,
  );

/** A request that opens a dialog, from the account in `[user]` and `[domain]` to `[service]`. */
export const invite = ({
  body,
  extra = [],
  sequence = 1,
}: { body?: Body; extra?: string[]; sequence?: number } = {}): Step =>
  message(
    [
      'INVITE sip:[service]@[domain] SIP/2.0',
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
      'Max-Forwards: 70',
      'From: <sip:[user]@[domain]>;tag=[pid]sipp[call_number]',
      'To: <sip:[service]@[domain]>',
      'Call-ID: [call_id]',
      `CSeq: ${sequence} INVITE`,
      ownContact,
      ...extra,
    ],
    body,
  );

/** A request of the caller inside its dialog. */
export const request = (
  method: string,
  sequence: number,
  { body, extra = [] }: { body?: Body; extra?: string[] } = {},
): Step =>
  message(
    [
      `${method} [next_url] SIP/2.0`,
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
      'Max-Forwards: 70',
      'From: <sip:[user]@[domain]>;tag=[pid]sipp[call_number]',
      'To: <sip:[service]@[domain]>[peer_tag_param]',
      'Call-ID: [call_id]',
      `CSeq: ${sequence} ${method}`,
      '[routes]',
      ownContact,
      ...extra,
    ],
    body,
  );

/** The ACK of a refusal belongs to its INVITE, three steps before (INVITE, 100, refusal). */
export const acknowledgeRefusal = (sequence: number): Step =>
  request('ACK', sequence).replace('[branch]', '[branch-3]').replace('[next_url]', 'sip:[service]@[domain]');

/** A request of the callee inside its dialog: From and To change places. `remember` has to stand before it. */
export const requestOfCallee = (
  method: string,
  sequence: number,
  { body, extra = [] }: { body?: Body; extra?: string[] } = {},
): Step =>
  message(
    [
      `${method} [$contact] SIP/2.0`,
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
      'Max-Forwards: 70',
      'From: [$to];tag=[pid]sipp[call_number]',
      'To: [$from]',
      'Call-ID: [call_id]',
      `CSeq: ${sequence} ${method}`,
      'Route: [$route]',
      ownContact,
      ...extra,
    ],
    body,
  );

/** Waits for a request. The first one of a callee is kept for its own requests. */
export const receive = (method: string, more = ''): Step => `<recv request="${method}" crlf="true">${more}</recv>`;
export const receiveInvite: Step = receive(
  'INVITE',
  [
    '<action>',
    '<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" check_it="true" assign_to="contact"/>',
    '<ereg regexp="[^ ].*" search_in="hdr" header="From:" check_it="true" assign_to="from"/>',
    '<ereg regexp="[^ ].*" search_in="hdr" header="To:" check_it="true" assign_to="to"/>',
    '<ereg regexp="[^ ].*" search_in="hdr" header="Record-Route:" check_it="true" assign_to="route"/>',
    '<ereg regexp="[^ ].*" search_in="hdr" header="CSeq:" check_it="true" assign_to="sequence"/>',
    '<ereg regexp="SIP/2.0/TCP.*" search_in="hdr" header="Via:" check_it="true" assign_to="via"/>',
    '<ereg regexp="SIP/2.0/.*" search_in="hdr" header="Via:" occurrence="2" check_it="true" assign_to="further"/>',
    '</action>',
  ].join('\n'),
);
export const expectStatus = (status: number, { learn = false, optional = false, more = '' } = {}): Step =>
  `<recv response="${status}"${learn ? ' rrs="true"' : ''}${optional ? ' optional="true"' : ''}>${more}</recv>`;
/** A final response to the first INVITE after other requests came in between. */
export const replyToInvite = (status: string, body?: Body): Step =>
  message(
    [
      `SIP/2.0 ${status}`,
      'Via: [$via]',
      'Via: [$further]',
      'From: [$from]',
      'To: [$to];tag=[pid]sipp[call_number]',
      'Call-ID: [call_id]',
      'CSeq: [$sequence]',
      'Record-Route: [$route]',
      ownContact,
    ],
    body,
  );
export const wait = (milliseconds: number): Step => `<pause milliseconds="${milliseconds}"/>`;

/** Fails the scenario where the message received last has (`present`) or lacks the text. */
export const headerHas = (name: string, pattern: string): string =>
  `<action><ereg regexp="${pattern}" search_in="hdr" header="${name}:" check_it="true" assign_to="seen"/></action>`;

const document = (steps: Step[]): string => {
  const used = steps.join('\n');
  const names = ['contact', 'from', 'to', 'route', 'sequence', 'via', 'further', 'seen'].filter((name) =>
    used.includes(`assign_to="${name}"`),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<scenario name="peer">',
    used,
    ...(names.length > 0 ? [`<Reference variables="${names.join(',')}"/>`] : []),
    '</scenario>',
  ].join('\n');
};

/** A port that nobody has now. */
export const freePort = (host = '127.0.0.1'): Promise<number> =>
  new Promise((found) => {
    const probe = createServer();
    probe.listen(0, host, () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });

export interface SippOptions {
  /** Where the caller sends to; a callee listens instead. */
  to?: number;
  port?: number;
  host?: string;
  /** `[service]`, `[user]`, `[domain]`. */
  service?: string;
  user?: string;
  domain?: string;
}

export class Sipp {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<number>;
  #outcome: Promise<void> | null = null;

  constructor(steps: Step[], { to, port = 0, host = '127.0.0.1', service = '', user = '', domain = '' }: SippOptions) {
    this.#folder = mkdtempSync(path.join(tmpdir(), 'kontor-sipp-'));
    const file = path.join(this.#folder, 'scenario.xml');
    writeFileSync(file, document(steps));
    const bracketed = host.includes(':') ? `[${host}]` : host;
    const place = to === undefined ? [] : [`${bracketed}:${to}`];
    const own = port === 0 ? [] : ['-p', String(port)];
    const keys = ['-s', service, '-key', 'user', user, '-key', 'domain', domain];
    const once = ['-m', '1', '-nostdin', '-timeout', '30s', '-timeout_error', '-recv_timeout', '20000'];
    const trace = ['-trace_err', '-trace_msg'];
    this.#process = spawn('sipp', [...place, '-sf', file, '-t', 't1', '-i', host, ...own, ...keys, ...once, ...trace], {
      cwd: this.#folder,
      stdio: 'ignore',
    });
    this.#ended = new Promise((ended) => this.#process.once('exit', (code) => ended(code ?? 1)));
  }

  /** Resolves when the scenario went through as written; fails with what SIPp saw instead. */
  finished(): Promise<void> {
    return (this.#outcome ??= this.#finish());
  }

  async #finish(): Promise<void> {
    const code = await this.#ended;
    const logs = readdirSync(this.#folder)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .map((name) => readFileSync(path.join(this.#folder, name), 'utf8').slice(name.includes('errors') ? 0 : -4000));
    rmSync(this.#folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`SIPp ended with ${code}:\n${logs.join('\n')}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) this.#process.kill('SIGKILL');
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
