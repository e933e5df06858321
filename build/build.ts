/** `npm run build`: builds the windows and the desktop's processes, each only when its sources changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { electronBuilds } from './vite.electron.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Part {
  name: string;
  sources: string[];
  /** What the build leaves behind; built again where it is missing. */
  results: string[];
  run: () => Promise<unknown>;
}
const parts: Part[] = [
  {
    name: 'electron',
    sources: ['protocol', 'electron', 'locales', 'build/vite.electron.ts', 'package-lock.json'],
    results: ['dist/electron/main.js', 'dist/electron/archive.js', 'dist/electron/preload.cjs'],
    run: async () => {
      for (const config of electronBuilds()) await build(config);
    },
  },
  {
    name: 'renderer',
    sources: ['protocol', 'engine', 'renderer', 'locales', 'assets', 'build/vite.renderer.ts', 'package-lock.json'],
    results: ['dist/renderer/index.html'],
    run: () =>
      build({
        configFile: path.join(root, 'build/vite.renderer.ts'),
        configLoader: 'native',
        logLevel: 'warn',
      }),
  },
];

const filesOf = (source: string): string[] => {
  const file = path.join(root, source);
  if (!existsSync(file)) return [];
  if (!statSync(file).isDirectory()) return [file];
  return readdirSync(file, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
};

/** Changes whenever a source file is added, removed or written. */
const stampOf = (sources: string[]): string => {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(filesOf).sort()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${path.relative(root, file)} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
};

const stampFile = (name: string): string => path.join(root, 'dist', `.${name}.stamp`);

const isCurrent = (part: Part, stamp: string): boolean => {
  const file = stampFile(part.name);
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : null;
  return kept === stamp && part.results.every((result) => existsSync(path.join(root, result)));
};

for (const part of parts) {
  const stamp = stampOf(part.sources);
  if (isCurrent(part, stamp)) continue;
  const started = performance.now();
  await part.run();
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  writeFileSync(stampFile(part.name), stamp);
  console.log(`Built ${part.name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
