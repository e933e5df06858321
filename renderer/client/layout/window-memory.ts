/**
 * Where the user is in this window, kept for as long as the window lives: after a reload or a crash of the page it
 * comes back as it was, for the same account (TEL-14, SES-8). A new start begins on the start page.
 */
import { useEffect } from 'react';
import { z } from 'zod';
import { bareJidSchema, type BareJid } from '../../../protocol/identity.ts';
import { useNavigation, type Area } from './navigation.tsx';

interface WindowPlace {
  area: Area;
  openPeers: readonly BareJid[];
}

const storageKey = 'kontor.window';
const mostPeers = 50;
const areas: readonly Area[] = ['contacts', 'conversations', 'telephony', 'journal', 'phoneBook', 'search', 'settings'];
const memorySchema = z.object({
  account: bareJidSchema,
  area: z.enum(areas),
  openPeers: z.array(bareJidSchema).max(mostPeers),
});

/** Where this account was in the window; `null` for another account or a memory that cannot be read. */
export const recallPlace = (account: BareJid, storage: Pick<Storage, 'getItem'>): WindowPlace | null => {
  try {
    const memory = memorySchema.parse(JSON.parse(storage.getItem(storageKey) ?? 'null'));
    return memory.account === account ? { area: memory.area, openPeers: memory.openPeers } : null;
  } catch {
    return null;
  }
};

export const rememberPlace = (account: BareJid, place: WindowPlace, storage: Pick<Storage, 'setItem'>): void => {
  const openPeers = place.openPeers.slice(-mostPeers);
  try {
    storage.setItem(storageKey, JSON.stringify({ account, area: place.area, openPeers }));
  } catch {
    // A full or closed storage costs the memory, nothing else.
  }
};

/** Keeps the place of the account in this window up to date. */
export function useWindowMemory(account: BareJid | null): void {
  const { area, openPeers } = useNavigation();
  useEffect(() => {
    if (account !== null) rememberPlace(account, { area, openPeers }, sessionStorage);
  }, [account, area, openPeers]);
}
