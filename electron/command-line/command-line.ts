import { languageSchema, type Language } from '../../protocol/settings.ts';
import { dialTextOfLink } from '../links/link.ts';

const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What the start asked for. A password is never taken: other users of the machine can read a command line. */
export interface CommandLine {
  server: string | null;
  user: string | null;
  minimized: boolean;
  language: Language | null;
  userDataDirectory: string | null;
  logLevel: LogLevel;
  /** Fills the dial field and never dials (TEL-18). */
  dialText: string | null;
}
export type CommandLineResult = { ok: true; commandLine: CommandLine } | { ok: false; reason: string };

const serverOrigin = (text: string): string | null => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const usable = url !== null && ['http:', 'https:'].includes(url.protocol) && url.username + url.password === '';
  return usable ? url.origin : null;
};

type Reader = (value: string) => Partial<CommandLine> | null;
const readers = new Map<string, Reader>([
  [
    '--server',
    (value) => {
      const server = serverOrigin(value);
      return server === null ? null : { server };
    },
  ],
  ['--user', (value) => (/^[^\s/]{1,256}$/.test(value) ? { user: value } : null)],
  [
    '--lang',
    (value) => {
      const language = languageSchema.safeParse(value);
      return language.success ? { language: language.data } : null;
    },
  ],
  ['--user-data-dir', (value) => (value === '' ? null : { userDataDirectory: value })],
  [
    '--log-level',
    (value) => {
      const logLevel = logLevels.find((level) => level === value);
      return logLevel === undefined ? null : { logLevel };
    },
  ],
  [
    '--exec',
    (value) => {
      const dialText = value.startsWith('dial,') ? dialTextOfLink(`callto:${value.slice('dial,'.length)}`) : null;
      return dialText === null ? null : { dialText };
    },
  ],
]);

/** Reads the arguments after the program's name; the first unknown option or value is refused with the reason. */
export const parseCommandLine = (words: readonly string[]): CommandLineResult => {
  let commandLine: CommandLine = {
    server: null,
    user: null,
    minimized: false,
    language: null,
    userDataDirectory: null,
    logLevel: 'info',
    dialText: null,
  };
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--minimized') {
      commandLine = { ...commandLine, minimized: true };
      continue;
    }
    const linked = dialTextOfLink(word);
    if (linked !== null) {
      commandLine = { ...commandLine, dialText: linked };
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const reader = readers.get(name);
    // The word itself may be a secret typed by mistake, so only an option's name is repeated.
    if (reader === undefined)
      return { ok: false, reason: name.startsWith('--') ? `Unknown option ${name}` : 'Unexpected argument' };
    const value = equals < 0 ? rest.shift() : word.slice(equals + 1);
    const read = value === undefined ? null : reader(value);
    if (read === null) return { ok: false, reason: `Wrong or missing value for ${name}` };
    commandLine = { ...commandLine, ...read };
  }
  return { ok: true, commandLine };
};
