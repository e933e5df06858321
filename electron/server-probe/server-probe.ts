import { net } from 'electron';
import type { IpcResponse } from '../../protocol/ipc.ts';
import { wellKnownSchema } from '../../protocol/rest.ts';
import { verdictOfFailure } from './verdict.ts';

const longestWait = 8_000;
const isProbed = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname));

/** Why the origin cannot be reached (SES-3), found out with the same network stack the page uses. */
export const probeServer = async (address: string): Promise<IpcResponse<'server.probe'>> => {
  const url = new URL('/.well-known/kontor', address);
  if (!isProbed(url)) return 'unknownServer';
  if (!net.isOnline()) return 'noNetwork';
  try {
    const response = await net.fetch(url.href, {
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(longestWait),
    });
    if (response.status >= 500) return 'unavailable';
    return wellKnownSchema.safeParse(await response.json()).success ? 'reachable' : 'unknownServer';
  } catch (error) {
    return verdictOfFailure(error instanceof Error ? error.message : '');
  }
};
