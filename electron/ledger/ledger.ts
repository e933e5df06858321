import type { LedgerEntry } from '../../protocol/ipc.ts';

/**
 * The running calls, kept outside the window so that a fresh page takes them over (TEL-14). In memory only: when the
 * whole program ended, so did its calls.
 */
export interface Ledger {
  read(): LedgerEntry[];
  write(entries: LedgerEntry[]): void;
}

export const memoryLedger = (): Ledger => {
  let kept: LedgerEntry[] = [];
  return {
    read: () => kept,
    write: (entries) => {
      kept = entries;
    },
  };
};
