/** `npm run check`: everything that can be said about the code without running the product. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const checks: { name: string; command: string[] }[] = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'types (server, desktop)', command: ['tsc', '-p', 'tsconfig.node.json'] },
  { name: 'types (engine, windows)', command: ['tsc', '-p', 'tsconfig.browser.json'] },
  { name: 'types (tests)', command: ['tsc', '-p', 'tsconfig.tests.json'] },
  {
    name: 'import arrows',
    command: [
      'depcruise',
      '--config',
      '.dependency-cruiser.cjs',
      'protocol',
      'numbers',
      'engine',
      'renderer',
      'electron',
      'server',
      'build',
      'tests',
      'bench',
      'deploy',
    ],
  },
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'locales', command: ['node', 'build/locales.ts'] },
];

interface Finding {
  name: string;
  ok: boolean;
  seconds: number;
  output: string;
}

const run = (name: string, [program = '', ...args]: string[]): Promise<Finding> =>
  new Promise((resolve) => {
    const started = performance.now();
    let output = '';
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH ?? ''}`, FORCE_COLOR: '0' },
      shell: process.platform === 'win32',
    });
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const finish = (ok: boolean): void =>
      resolve({ name, ok, seconds: (performance.now() - started) / 1000, output: output.trim() });
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });

const findings: Finding[] = [];
const queue = [...checks];
const worker = async (): Promise<void> => {
  for (let check = queue.shift(); check; check = queue.shift()) {
    const finding = await run(check.name, check.command);
    findings.push(finding);
    console.log(`${finding.ok ? 'ok    ' : 'FAILED'} ${finding.name} (${finding.seconds.toFixed(1)} s)`);
    if (!finding.ok) console.log(finding.output);
  }
};
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));

const failed = findings.filter((finding) => !finding.ok).length;
console.log(`check: ${findings.length - failed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed ? 1 : 0;
