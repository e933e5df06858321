import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import type { BareJid } from '../../../protocol/identity.ts';
import type { Layout } from '../../../protocol/settings.ts';
import type { ContactFilter } from '../../../engine/state/contact-order.ts';
import { useCommands, useDomain } from '../engine-context.tsx';

/** What the switch bar chooses. `contacts` is an area of its own in mini only; elsewhere it means the start page. */
export type Area =
  'contacts' | 'conversations' | 'telephony' | 'journal' | 'voicemail' | 'phoneBook' | 'search' | 'settings';

export interface Navigation {
  layout: Layout;
  area: Area;
  /** Conversations that are open, the one chosen last at the end. */
  openPeers: readonly BareJid[];
  /** Which contacts the list shows (CON-2, CON-6). */
  contactFilter: ContactFilter;
  /** Number that another area wants in the dial field; `takeDialText` empties it. */
  dialText: string | null;
  show: (area: Area) => void;
  /** Opens the conversation, or brings it to the front, and shows the conversations. */
  openConversation: (peer: BareJid) => void;
  /** Closes the view only (CHA-1). */
  closeConversation: (peer: BareJid) => void;
  filterContacts: (filter: ContactFilter) => void;
  /** Dials and shows the telephony; a failure puts the number into the dial field, which explains it. */
  call: (target: string) => void;
  /** Puts a number into the dial field and shows the telephony. Nothing is dialled (TEL-18). */
  fillDialField: (number: string) => void;
  takeDialText: () => void;
  /** The call that waits for somebody to be handed on to: the next one chosen, wherever, is called for it (TEL-4). */
  transferring: string | null;
  startTransfer: (callId: string) => void;
  endTransfer: () => void;
}

const NavigationContext = createContext<Navigation | null>(null);

/** Where the user is in the window. */
export function useNavigation(): Navigation {
  const navigation = useContext(NavigationContext);
  if (navigation === null) throw new Error('useNavigation needs a NavigationProvider above it');
  return navigation;
}

interface NavigationProviderProps {
  layout: Layout;
  children: ReactNode;
  /** Where the window starts. */
  start?: { area?: Area; openPeers?: readonly BareJid[] };
}

/** Keeps what is open in this window. It is not domain state: a second window has its own. */
export function NavigationProvider({ layout, children, start }: NavigationProviderProps) {
  const commands = useCommands();
  const [area, show] = useState<Area>(start?.area ?? 'contacts');
  const [openPeers, setOpenPeers] = useState<readonly BareJid[]>(start?.openPeers ?? []);
  const [contactFilter, filterContacts] = useState<ContactFilter>('all');
  const [dialText, setDialText] = useState<string | null>(null);

  const [chosenCall, setChosenCall] = useState<string | null>(null);
  const transferring = useDomain(({ calls }) =>
    chosenCall !== null && calls.byId[chosenCall]?.state === 'active' ? chosenCall : null,
  );

  const openConversation = useCallback((peer: BareJid) => {
    setOpenPeers((peers) => (peers.at(-1) === peer ? peers : [...peers.filter((each) => each !== peer), peer]));
    show('conversations');
  }, []);
  const closeConversation = useCallback((peer: BareJid) => {
    setOpenPeers((peers) => peers.filter((each) => each !== peer));
  }, []);
  const showTelephony = useCallback(() => {
    // In expanded it always stands at the right; the content stays what it is.
    if (layout !== 'expanded') show('telephony');
  }, [layout]);
  const fillDialField = useCallback(
    (number: string) => {
      setDialText(number);
      showTelephony();
    },
    [showTelephony],
  );
  const call = useCallback(
    (target: string) => {
      showTelephony();
      if (transferring !== null) {
        if (commands.transferCall(transferring, target).ok) setChosenCall(null);
        else setDialText(target);
        return;
      }
      void commands.dial(target).then((outcome) => {
        if (!outcome.ok) setDialText(target);
      });
    },
    [commands, showTelephony, transferring],
  );
  const takeDialText = useCallback(() => setDialText(null), []);
  const startTransfer = useCallback(
    (callId: string) => {
      setChosenCall(callId);
      commands.holdCall(callId);
      showTelephony();
    },
    [commands, showTelephony],
  );
  const endTransfer = useCallback(() => setChosenCall(null), []);

  const navigation = useMemo<Navigation>(
    () => ({
      layout,
      area,
      openPeers,
      contactFilter,
      dialText,
      show,
      openConversation,
      closeConversation,
      filterContacts,
      call,
      fillDialField,
      takeDialText,
      transferring,
      startTransfer,
      endTransfer,
    }),
    [
      layout,
      area,
      openPeers,
      contactFilter,
      dialText,
      openConversation,
      closeConversation,
      call,
      fillDialField,
      takeDialText,
      transferring,
      startTransfer,
      endTransfer,
    ],
  );
  return <NavigationContext value={navigation}>{children}</NavigationContext>;
}
