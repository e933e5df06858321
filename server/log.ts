import { pino, type Logger } from 'pino';

export type { Logger };

/** Structured log to standard error. Never log a secret, a token or the text of a message. */
export const createLogger = (level: string): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['password', 'token', 'secret', 'authorization', '*.password', '*.token', '*.secret', '*.authorization'],
        censor: '[redacted]',
      },
    },
    pino.destination(2),
  );
