import { access } from 'node:fs/promises';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';

const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Kontor</title>
<h1>Kontor server</h1>
<p>The server is running. The browser client has not been built yet: run <code>npm run build</code> and load this page again.</p>
</html>
`;

/** Serves the browser client out of `folder`, also when it is built after the server has started. */
export const registerClientPages = async (server: FastifyInstance, folder: string): Promise<void> => {
  await server.register(staticFiles, {
    root: folder,
    serve: false,
    index: false,
    list: false,
    dotfiles: 'deny',
    cacheControl: false,
  });
  server.get('/', async (_request, reply) => {
    const built = await access(join(folder, 'index.html')).then(
      () => true,
      () => false,
    );
    reply.header('cache-control', 'no-cache');
    if (!built) return reply.code(503).type('text/html; charset=utf-8').send(notBuiltPage);
    return reply.sendFile('index.html');
  });
  server.get<{ Params: { '*': string } }>('/*', async (request, reply) => {
    const path = request.params['*'];
    if (path.endsWith('/') || path.includes('\0')) throw new ApiError('notFound', 'There is nothing here');
    // Vite names what it puts there by its content.
    reply.header('cache-control', path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    return reply.sendFile(path);
  });
};
