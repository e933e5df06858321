import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';

/** The gallery as a page on a free port of the loopback address. It is never built and never shipped. */
export const startGallery = async (port = 0): Promise<{ url: string; server: ViteDevServer }> => {
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    plugins: [react()],
    define: { global: 'globalThis' },
    logLevel: 'warn',
    publicDir: fileURLToPath(new URL('../../renderer/public', import.meta.url)),
    cacheDir: fileURLToPath(new URL('../../node_modules/.vite-gallery', import.meta.url)),
    server: { host: '127.0.0.1', port, hmr: port !== 0, watch: port === 0 ? null : {} },
  });
  await server.listen();
  const url = `${server.resolvedUrls?.local[0] ?? ''}tests/gallery/index.html`;
  return { url, server };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startGallery(5199);
  console.log(`${url}?scene=work&theme=dark&language=fr`);
}
