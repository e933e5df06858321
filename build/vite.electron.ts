/** The desktop's bundles in `dist/electron`: main and archive process as modules, the preload as CommonJS. */
import { fileURLToPath } from 'node:url';
import type { InlineConfig } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Bundle {
  entry: string;
  file: string;
  format: 'es' | 'cjs';
}
const bundles: Bundle[] = [
  { entry: 'electron/main.ts', file: 'main.js', format: 'es' },
  { entry: 'electron/archive/process/main.ts', file: 'archive.js', format: 'es' },
  // A sandboxed preload cannot be a module.
  { entry: 'electron/preload/preload.ts', file: 'preload.cjs', format: 'cjs' },
];

/** One build per bundle, so that no bundle waits for a chunk it shares with another. */
export const electronBuilds = (): InlineConfig[] =>
  bundles.map(({ entry, file, format }) => ({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['electron', 'better-sqlite3'] },
    build: {
      ssr: `${root}${entry}`,
      outDir: `${root}dist/electron`,
      emptyOutDir: false,
      // Node 20, which Electron 33 brings, up to the one of Electron 45.
      target: 'node20',
      minify: false,
      rolldownOptions: {
        external: ['electron', 'better-sqlite3'],
        output: { format, entryFileNames: file, codeSplitting: false },
      },
    },
  }));
