/** Password hashing (argon2id, RFC 9106) that cannot be used to exhaust processor or memory. */
import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice of parameters: 19 MiB, two passes. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Thrown when too many logins wait already. */
export class PasswordQueueFullError extends Error {
  override readonly name = 'PasswordQueueFullError';
}

export interface Passwords {
  /** PHC string. */
  hash(password: string): Promise<string>;
  /** Takes the same time for `null` (no such user) as for a wrong password. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
}

/** Runs at most `parallel` hashes at a time and lets at most `waiting` more queue up. */
export const createPasswords = async ({ parallel = 2, waiting = 200 } = {}): Promise<Passwords> => {
  const queue: (() => void)[] = [];
  let running = 0;
  const limited = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running >= parallel) {
      if (queue.length >= waiting) throw new PasswordQueueFullError('Too many logins at a time');
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
  const hashNow = (password: string) => hash(password.normalize('NFKC'), parameters);
  const decoy = await hashNow('nobody has this password');
  return {
    hash: (password) => limited(() => hashNow(password)),
    verify: (passwordHash, password) =>
      limited(async () => {
        const right = await verify(passwordHash ?? decoy, password.normalize('NFKC'));
        return right && passwordHash !== null;
      }),
  };
};
