import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLog } from './log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kontor-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const epoch = (): Date => new Date(0);

it('writes one line per event from its level on, without secrets (SUP-1)', () => {
  const log = openLog(folder, 'info', epoch);
  log.debug('quiet');
  log.warn('login.failed', { user: 'anna', accessToken: 'abc' });
  expect(readFileSync(path.join(folder, 'kontor.log'), 'utf8')).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"login.failed","user":"anna","accessToken":"[redacted]"}\n',
  );
});

it('keeps the newest files and never grows without end', () => {
  const log = openLog(folder, 'info', epoch);
  for (let index = 0; index < 45; index += 1) log.info('long', { text: 'x'.repeat(100_000) });
  for (const name of ['kontor.log', 'kontor.log.1', 'kontor.log.2'])
    expect(statSync(path.join(folder, name)).size).toBeLessThan(1_200_000);
  expect(existsSync(path.join(folder, 'kontor.log.3'))).toBe(false);
});
