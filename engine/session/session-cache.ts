/** What is known of the session without the server, so that a start without a network can show it. No secrets. */
import { z } from 'zod';
import { profileSchema, provisioningSchema, userSchema } from '../../protocol/rest.ts';
import type { SavedLogin } from '../../protocol/ipc.ts';

const cachedSessionSchema = z.object({
  server: z.string(),
  login: z.string(),
  user: userSchema,
  provisioning: provisioningSchema.pick({ features: true, limits: true, dialPlan: true }).extend({ jid: z.string() }),
  profile: profileSchema,
});
export type CachedSession = z.infer<typeof cachedSessionSchema>;

export interface SessionCache {
  /** Only what belongs to this login. */
  read(login: SavedLogin): CachedSession | null;
  write(session: CachedSession): void;
  clear(): void;
}

const key = 'kontor.session';

/** `storage`: `null` where the surroundings have none; nothing is remembered then. */
export const createSessionCache = (storage: Storage | null): SessionCache => ({
  read: (login) => {
    try {
      const cached = cachedSessionSchema.parse(JSON.parse(storage?.getItem(key) ?? 'null'));
      return cached.server === login.server && cached.login === login.user ? cached : null;
    } catch {
      return null;
    }
  },
  write: (session) => {
    try {
      storage?.setItem(key, JSON.stringify(session));
    } catch {
      // A full storage costs the start without a network, nothing else.
    }
  },
  clear: () => storage?.removeItem(key),
});
