import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Builds a page of the benchmarks as the product is built and serves it on the loopback address. */
export const servePage = async (name: string): Promise<{ url: string; close: () => void }> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kontor-bench-'));
  await build({
    root: fileURLToPath(new URL(name, import.meta.url)),
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    define: { global: 'globalThis' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'chrome130',
      // The names of components are what the render counts go by.
      rolldownOptions: { output: { keepNames: true } },
    },
  });
  const server = createServer((request, response) => {
    const wanted = path.normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = path.join(folder, wanted === '/' ? 'index.html' : wanted);
    readFile(file).then(
      (body) => response.setHeader('content-type', types[path.extname(file)] ?? 'text/plain').end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
