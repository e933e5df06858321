import { safeStorage } from 'electron';
import { z } from 'zod';
import { savedLoginSchema, type SavedLogin, type SecretStrength } from '../../protocol/ipc.ts';
import { readJsonFile, removeFile, writeJsonFile } from '../files/json-file.ts';
import type { Log } from '../logs/log.ts';

/** `backEnd` says which key store sealed it: another one cannot open it, which is no damage. */
const sealedSchema = z.object({ backEnd: z.string(), sealed: z.base64() });

/** The saved login (SES-2), sealed with the operating system's key store. */
export interface SecretStore {
  strength(): SecretStrength;
  load(): SavedLogin | null;
  save(login: SavedLogin): boolean;
  clear(): void;
}

const backEnd = (): string => {
  if (process.platform === 'darwin') return 'keychain';
  return process.platform === 'win32' ? 'dpapi' : safeStorage.getSelectedStorageBackend();
};

/** Without a key store Chromium seals with a password that is written in its source. */
const isWeak = (): boolean => process.platform === 'linux' && backEnd() === 'basic_text';

const strength = (): SecretStrength => {
  if (isWeak()) return 'weak';
  return safeStorage.isEncryptionAvailable() ? 'strong' : 'none';
};

export const secretStore = (file: string, log: Log, now: () => number): SecretStore => {
  const isUsable = (): boolean => {
    // The page asks the user before it saves into a weak store.
    if (isWeak()) safeStorage.setUsePlainTextEncryption(true);
    return safeStorage.isEncryptionAvailable();
  };
  return {
    strength,
    load: () => {
      const content = readJsonFile(file, now);
      if (content.state !== 'present' || !isUsable()) return null;
      const sealed = sealedSchema.safeParse(content.value);
      if (!sealed.success) return null;
      try {
        const opened: unknown = JSON.parse(safeStorage.decryptString(Buffer.from(sealed.data.sealed, 'base64')));
        return savedLoginSchema.parse(opened);
      } catch {
        log.warn('secrets.notOpened', { sealedBy: sealed.data.backEnd, present: backEnd() });
        return null;
      }
    },
    save: (login) => {
      if (!isUsable()) return false;
      const sealed = safeStorage.encryptString(JSON.stringify(login)).toString('base64');
      writeJsonFile(file, { backEnd: backEnd(), sealed });
      return true;
    },
    clear: () => removeFile(file),
  };
};
