/** `npm run bench [name …]`: measures, prints, and writes `bench/results/<name>.json`. Times are milliseconds. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Office } from '../tests/e2e/office.ts';
import { measureBarePhones, measureClient } from './calls.ts';
import { measureCatchUp } from './catch-up.ts';
import { measureBareMessages, measureMessages } from './chat.ts';
import { measureContacts } from './contacts.ts';
import { measureDesktopMemory, measureDesktopStart } from './desktop.ts';
import { measureLogin, measurePgliteAlone, restingMemory } from './server.ts';

const rounds = Number(process.env.KONTOR_BENCH_ROUNDS ?? 20);
const ratio = (value: number, floor: number): number => Math.round((value / floor) * 100) / 100;

const benchmarks: Record<string, (office: Office) => Promise<unknown>> = {
  'server-memory': async (office) => {
    const pglite = await measurePgliteAlone();
    const firstStart = await restingMemory(office.pid);
    await office.kill('SIGTERM');
    await office.start();
    const laterStart = await restingMemory(office.pid);
    return { firstStart, laterStart, pglite, ratio: ratio(firstStart.resident, pglite.resident) };
  },
  login: (office) => measureLogin(office, rounds),
  calls: async (office) => {
    const bare = await measureBarePhones(office, rounds);
    const client = await measureClient(office, rounds);
    return { client, bare, audioRatio: ratio(client.clickToTwoWayAudio.median, bare.clickToTwoWayAudio.median) };
  },
  messages: async (office) => {
    const bare = await measureBareMessages(office, rounds * 5);
    return { client: await measureMessages(office, rounds * 5), bare };
  },
  'catch-up': (office) => measureCatchUp(office, 3),
  contacts: () => measureContacts(6),
  'desktop-start': (office) => measureDesktopStart(office, rounds),
  'desktop-memory': async (office) => {
    const figures = await measureDesktopMemory(office);
    return { ...figures, ratio: ratio(figures.clientTotal, figures.bareTotal) };
  },
};

const root = fileURLToPath(new URL('..', import.meta.url));
const asked = process.argv.slice(2);
const chosen = asked.length > 0 ? asked : Object.keys(benchmarks);
execFileSync(process.execPath, ['build/build.ts'], { cwd: root, stdio: 'inherit' });
mkdirSync(`${root}bench/results`, { recursive: true });
const machine = { processors: cpus().length, model: cpus()[0]?.model, gigabytes: Math.round(totalmem() / 2 ** 30) };
for (const name of chosen) {
  const benchmark = benchmarks[name];
  if (!benchmark) {
    console.error(`Unknown benchmark ${name}. There are: ${Object.keys(benchmarks).join(', ')}.`);
    process.exit(2);
  }
  const office = await Office.open();
  try {
    const result = await benchmark(office);
    writeFileSync(`${root}bench/results/${name}.json`, `${JSON.stringify({ machine, result }, null, 2)}\n`);
    console.log(name, JSON.stringify(result, null, 2));
  } finally {
    await office.close();
  }
}
