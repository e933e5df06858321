import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database, Queryable } from '../database/database.ts';

const channel = 'kontor_accounts';
const changeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('deviceRevoked'), deviceId: z.string() }),
  z.object({ type: z.literal('directoryChanged'), instanceId: z.string() }),
]);
/** What made cached accounts void. `anything`: changes of another server may have been missed. */
export type AccountChange = z.infer<typeof changeSchema> | { type: 'anything' };
type AnnouncedChange = z.infer<typeof changeSchema>;

/** Carries changes of accounts to all parts of this server and, through the database, to the other servers on it. */
export interface AccountChanges {
  /** Runs `write`; once it is durable, all listeners have been called when the promise resolves. */
  commit<Result>(
    write: (transaction: Queryable) => Promise<{ result: Result; changes: AnnouncedChange[] }>,
  ): Promise<Result>;
  onChange(listener: (change: AccountChange) => void): () => void;
  onDeviceRevoked(listener: (deviceId: string) => void): () => void;
  onDirectoryChanged(listener: (instanceId: string) => void): () => void;
  close(): Promise<void>;
}

export const createAccountChanges = async (database: Database): Promise<AccountChanges> => {
  const origin = randomUUID();
  const listeners = new Set<(change: AccountChange) => void>();
  const emit = (change: AccountChange) => {
    for (const listener of [...listeners]) listener(change);
  };
  const messageSchema = z.object({ origin: z.string(), change: changeSchema });
  const stopListening = await database.listen(channel, (payload) => {
    if (payload === null) return emit({ type: 'anything' });
    const message = messageSchema.safeParse(parseJson(payload));
    if (message.success && message.data.origin !== origin) emit(message.data.change);
  });
  const on = (listener: (change: AccountChange) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    commit: async (write) => {
      const { result, changes } = await database.transaction(async (transaction) => {
        const outcome = await write(transaction);
        for (const change of outcome.changes) {
          await transaction.query('SELECT pg_notify($1, $2)', [channel, JSON.stringify({ origin, change })]);
        }
        return outcome;
      });
      changes.forEach(emit);
      return result;
    },
    onChange: on,
    onDeviceRevoked: (listener) =>
      on((change) => {
        if (change.type === 'deviceRevoked') listener(change.deviceId);
      }),
    onDirectoryChanged: (listener) =>
      on((change) => {
        if (change.type === 'directoryChanged') listener(change.instanceId);
      }),
    close: stopListening,
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
