/**
 * `npm test [part …]`: runs the parts (default: all of them) and adds up what they say.
 * Parts: check, unit, postgres, e2e, electron, session, peers. What cannot run here is left out and named with its reason.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  findBrowser,
  findElectron,
  findPeers,
  findPostgres,
  findSession,
  findXvfb,
  startPostgres,
  type Found,
} from './machine.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const artifacts = mkdtempSync(path.join(tmpdir(), 'kontor-test-'));

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const execute = (command: string[], environment: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const [program = '', ...args] = command;
    let output = '';
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH ?? ''}`, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    });
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });

/** Vitest writes its counts as JSON; a run that died before that counts as one failure. */
const vitest =
  (name: string, ...args: string[]) =>
  async (environment: NodeJS.ProcessEnv): Promise<Tally> => {
    const report = path.join(artifacts, `${name}.json`);
    const { code } = await execute(
      ['vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      environment,
    );
    try {
      const counts = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>;
      const failed = counts.numFailedTests ?? 0;
      return {
        passed: counts.numPassedTests ?? 0,
        failed: failed === 0 && code !== 0 ? 1 : failed,
        skipped: (counts.numPendingTests ?? 0) + (counts.numTodoTests ?? 0),
      };
    } catch {
      return { passed: 0, failed: 1, skipped: 0 };
    }
  };

const check = async (environment: NodeJS.ProcessEnv): Promise<Tally> => {
  const { output, code } = await execute(['node', 'build/check.ts'], environment);
  const counts = /check: (\d+) passed, (\d+) failed/.exec(output);
  return counts
    ? { passed: Number(counts[1]), failed: Number(counts[2]), skipped: 0 }
    : { passed: 0, failed: code ? 1 : 0, skipped: 0 };
};

interface RunnablePart {
  needs: () => Found[];
  run: (environment: NodeJS.ProcessEnv) => Promise<Tally>;
}
const parts: Record<string, RunnablePart> = {
  check: { needs: () => [], run: check },
  unit: { needs: () => [], run: vitest('unit', '--config', 'build/vitest.ts') },
  postgres: {
    needs: () => [findPostgres()],
    run: async (environment) => {
      const postgres = await startPostgres();
      try {
        return await vitest(
          'postgres',
          '--config',
          'build/vitest.ts',
          'server/',
        )({
          ...environment,
          KONTOR_TEST_DATABASE_URL: postgres.url,
        });
      } finally {
        await postgres.stop();
      }
    },
  },
  e2e: { needs: () => [findBrowser()], run: vitest('e2e', '--config', 'build/vitest.e2e.ts') },
  electron: {
    needs: () => [findElectron(), findXvfb(), findBrowser()],
    run: vitest('electron', '--config', 'build/vitest.electron.ts', 'electron.test'),
  },
  session: {
    needs: () => [findElectron(), findXvfb(), findBrowser(), findSession()],
    run: vitest('session', '--config', 'build/vitest.electron.ts', 'session.test'),
  },
  peers: { needs: () => [findBrowser(), findPeers()], run: vitest('peers', '--config', 'build/vitest.peers.ts') },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`Unknown part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
const chosen = asked.length > 0 ? asked : Object.keys(parts);
if (['e2e', 'electron', 'session'].some((part) => chosen.includes(part))) {
  const { code } = await execute(['node', 'build/build.ts'], {});
  if (code !== 0) {
    total.failed += 1;
    lines.push('build: failed');
  }
}
for (const name of chosen) {
  const part = parts[name];
  if (!part) continue;
  const needs = part.needs();
  const missing = needs.filter((need) => !need.ok);
  if (missing.length > 0) {
    total.skipped += 1;
    lines.push(`${name}: left out, ${missing.map((need) => (need.ok ? '' : need.reason)).join('; ')}`);
    continue;
  }
  console.log(`\n=== ${name} ===`);
  const environment = Object.assign({}, ...needs.map((need) => (need.ok ? need.environment : {}))) as NodeJS.ProcessEnv;
  const started = performance.now();
  const tally = await part.run(environment);
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
  const seconds = Math.round((performance.now() - started) / 1000);
  lines.push(`${name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped (${seconds} s)`);
}
rmSync(artifacts, { recursive: true, force: true });

console.log(`\n${lines.join('\n')}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
