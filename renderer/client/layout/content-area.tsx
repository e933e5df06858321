import type { ReactNode } from 'react';
import { ConversationArea } from '../conversations/conversation-area.tsx';
import { JournalArea } from '../journal/journal-area.tsx';
import { PhoneBookArea } from '../phone-book/phone-book-area.tsx';
import { SearchArea } from '../search/search-area.tsx';
import { SettingsArea } from '../settings/settings-area.tsx';
import { StartPage } from '../start-page/start-page.tsx';
import { TelephonyArea } from '../telephony/telephony-area.tsx';
import { VoicemailArea } from '../voicemail/voicemail-area.tsx';
import { useNavigation, type Area } from './navigation.tsx';
import styles from './content-area.module.css';

/** The middle of the window: what the switch bar chose. */
export function ContentArea() {
  const { layout, area, openPeers } = useNavigation();
  // The telephony has a place of its own in expanded; what it leaves behind is the conversations.
  const shown = layout === 'expanded' && area === 'telephony' ? 'conversations' : area;
  const isEmpty = shown === 'contacts' || (shown === 'conversations' && openPeers.length === 0 && layout !== 'mini');
  return (
    <div className={styles.area} data-area={shown}>
      {isEmpty ? <StartPage /> : contents[shown]()}
    </div>
  );
}

const contents: Record<Area, () => ReactNode> = {
  contacts: () => null,
  conversations: () => <ConversationArea />,
  telephony: () => (
    <div className={styles.narrow}>
      <TelephonyArea />
    </div>
  ),
  journal: () => <JournalArea />,
  voicemail: () => <VoicemailArea />,
  phoneBook: () => <PhoneBookArea />,
  search: () => <SearchArea />,
  settings: () => <SettingsArea />,
};
