import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { LogLevel } from '../command-line/command-line.ts';

export type LogFacts = Record<string, string | number | boolean | null>;
export interface Log {
  debug(event: string, facts?: LogFacts): void;
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
}

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const largestFile = 1_000_000;
const olderFiles = 2;
const secretName = /password|token|secret|authorization|cookie/i;

const withoutSecrets = (facts: LogFacts): LogFacts =>
  Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, secretName.test(name) ? '[redacted]' : fact]));

const rotate = (file: string): void => {
  for (let age = olderFiles; age > 0; age -= 1) {
    const younger = age === 1 ? file : `${file}.${age - 1}`;
    if (existsSync(younger)) renameSync(younger, `${file}.${age}`);
  }
};

/**
 * One JSON line per event in `<folder>/kontor.log`, up to 1 MB and two older files. Facts named like a secret are
 * redacted; texts of messages have no business here. A full disk never stops the program.
 */
export const openLog = (folder: string, level: LogLevel, now: () => Date): Log => {
  const file = path.join(folder, 'kontor.log');
  const write = (of: LogLevel, event: string, facts: LogFacts = {}): void => {
    if (order.indexOf(of) < order.indexOf(level)) return;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (existsSync(file) && statSync(file).size > largestFile) rotate(file);
      const line = JSON.stringify({ time: now().toISOString(), level: of, event, ...withoutSecrets(facts) });
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch {
      // Nowhere left to say it.
    }
  };
  return {
    debug: (event, facts) => write('debug', event, facts),
    info: (event, facts) => write('info', event, facts),
    warn: (event, facts) => write('warn', event, facts),
    error: (event, facts) => write('error', event, facts),
  };
};
