import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../renderer', import.meta.url));

/** The windows, for `app://kontor/` in the desktop and for the server's `/` in the browser. */
export default defineConfig({
  root,
  base: '/',
  plugins: [react()],
  define: { global: 'globalThis' },
  build: {
    outDir: fileURLToPath(new URL('../dist/renderer', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome130',
    // The policy of the pages allows no inline scripts and no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: `${root}/index.html`, popup: `${root}/popup.html` } },
  },
});
