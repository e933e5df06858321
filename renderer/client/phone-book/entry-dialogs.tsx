import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneBookEntry, PhoneBookFields } from '../../../protocol/phone-book.ts';
import { UndoBar } from '../../ui/undo-bar.tsx';
import { useCommands } from '../engine-context.tsx';
import { EntryDetails } from './entry-details.tsx';
import { EntryForm } from './entry-form.tsx';

/** What any area can ask of the phone book: the entry comes over the window, wherever one is. */
export interface EntryDialogs {
  showEntry: (entry: PhoneBookEntry) => void;
  newEntry: (start: Partial<PhoneBookFields>) => void;
}
type Shown =
  | { kind: 'details'; entry: PhoneBookEntry }
  | { kind: 'edit'; entry: PhoneBookEntry }
  | { kind: 'new'; start: Partial<PhoneBookFields> };

const EntryDialogsContext = createContext<EntryDialogs | null>(null);

export function useEntryDialogs(): EntryDialogs {
  const dialogs = useContext(EntryDialogsContext);
  if (dialogs === null) throw new Error('useEntryDialogs needs an EntryDialogsProvider above it');
  return dialogs;
}

/** Shows, edits and deletes entries over the window; what was deleted can be brought back. */
export function EntryDialogsProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation('phoneBook');
  const { phoneBook } = useCommands();
  const [shown, setShown] = useState<Shown | null>(null);
  const [removed, setRemoved] = useState<PhoneBookEntry | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const dialogs = useMemo<EntryDialogs>(
    () => ({
      showEntry: (entry) => setShown({ kind: 'details', entry }),
      newEntry: (start) => setShown({ kind: 'new', start }),
    }),
    [],
  );
  const close = () => setShown(null);
  const restore = async (entry: PhoneBookEntry): Promise<void> => {
    const answer = await phoneBook.restore(entry);
    setRemoved(null);
    setFailure(answer.ok ? null : t(`${answer.failure.code}.title`, { ns: 'errors' }));
  };
  return (
    <EntryDialogsContext value={dialogs}>
      {children}
      {shown?.kind === 'details' && (
        <EntryDetails
          entry={shown.entry}
          onClose={close}
          onEdit={(entry) => setShown({ kind: 'edit', entry })}
          onRemoved={(entry) => {
            setShown(null);
            setRemoved(entry);
          }}
        />
      )}
      {shown?.kind === 'edit' && <EntryForm entry={shown.entry} start={shown.entry} onClose={close} />}
      {shown?.kind === 'new' && <EntryForm entry={null} start={shown.start} onClose={close} />}
      {removed !== null && (
        <UndoBar
          key={removed.id}
          text={t('removed', { name: removed.name })}
          undoLabel={t('undo')}
          closeLabel={t('close')}
          onUndo={() => void restore(removed)}
          onClose={() => setRemoved(null)}
        />
      )}
      {failure !== null && <UndoBar text={failure} closeLabel={t('close')} onClose={() => setFailure(null)} />}
    </EntryDialogsContext>
  );
}
