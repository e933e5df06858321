import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { contentSecurityPolicy } from '../security/content-security-policy.ts';
import { rendererFile } from './renderer-file.ts';

export const appOrigin = 'app://kontor';

/** Has to run before the app is ready. A standard, secure scheme has an origin, storage and a microphone. */
export const registerAppScheme = (): void =>
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, codeCache: true },
    },
  ]);

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
const refused = (status: number): Response => new Response(null, { status, headers });

/** Serves the windows' files; every answer carries the content security policy. */
export const serveRenderer = (folder: string): void =>
  protocol.handle('app', async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refused(405);
    const file = rendererFile(folder, request.url);
    if (file === null) return refused(404);
    try {
      const content = await readFile(file.path);
      return new Response(new Uint8Array(content), { headers: { ...headers, 'Content-Type': file.mediaType } });
    } catch {
      return refused(404);
    }
  });
