import type { Logger } from '../log.ts';
import type { LocalApplication } from '../sip/proxy/core.ts';
import { createApplication } from './application.ts';
import type { MediaPort } from './media-port.ts';

export interface EchoLimits {
  sessions: number;
  /** The longest test, in milliseconds. */
  longestMs: number;
}

/**
 * The echo test (801): answers at once, sends back what it hears, and ends on BYE, when the caller's media is gone, or
 * after a while.
 */
export const createEchoApplication = (
  media: Pick<MediaPort, 'echo'>,
  log: Logger,
  limits: EchoLimits = { sessions: 50, longestMs: 600_000 },
): LocalApplication =>
  createApplication(
    {
      dialString: '801',
      name: 'Echo',
      deviceId: 'application:echo',
      ...limits,
      open: async (_caller, hangUp) => {
        const session = await media.echo(hangUp);
        return {
          answer: (offer) => session.answer(offer),
          established: () => undefined,
          digit: () => undefined,
          end: () => session.close(),
        };
      },
    },
    log,
  );
