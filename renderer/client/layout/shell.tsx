import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NoticeRegion } from '../../popup/notice-region.tsx';
import { PopupHost } from '../../popup/popup-host.tsx';
import { useSystemNotices } from '../../popup/use-system-notices.ts';
import {
  selectAccount,
  selectConnectionSummary,
  selectDialRequest,
  selectUnreadTotal,
} from '../../../engine/state/selectors.ts';
import { ConnectionBanner } from '../connection/connection-banner.tsx';
import { ContactColumn } from '../contacts/contact-column.tsx';
import { useDomain } from '../engine-context.tsx';
import { EntryDialogsProvider } from '../phone-book/entry-dialogs.tsx';
import { TelephonyArea } from '../telephony/telephony-area.tsx';
import { CallStrip } from './call-strip.tsx';
import { ContentArea } from './content-area.tsx';
import { NavigationProvider, useNavigation, type Area } from './navigation.tsx';
import styles from './shell.module.css';
import { useShortcuts } from './shortcuts.ts';
import { SwitchBar } from './switch-bar.tsx';
import { useOpenedNotice } from './use-opened-notice.ts';
import { useWindowLayout } from './window-layout.ts';
import { recallPlace, useWindowMemory } from './window-memory.ts';

interface ShellProps {
  /** Where the window starts; the drawings of the tests choose it. */
  start?: { area?: Area; openPeers?: readonly string[] };
}

/** The window of a user who is logged in (LAY-1 to LAY-3, LAY-9). */
export function Shell({ start }: ShellProps) {
  const layout = useWindowLayout();
  const account = useDomain(selectAccount);
  const [place] = useState(() => start ?? (account === null ? undefined : recallPlace(account, sessionStorage)));
  return (
    <NavigationProvider layout={layout} start={place ?? undefined}>
      <EntryDialogsProvider>
        <Frame />
      </EntryDialogsProvider>
      <PopupHost />
    </NavigationProvider>
  );
}

function Frame() {
  const { t } = useTranslation('layout');
  const { layout, area } = useNavigation();
  const connection = useDomain(selectConnectionSummary);
  useShortcuts();
  useDialRequests();
  useTitle();
  useWindowMemory(useDomain(selectAccount));
  useOpenedNotice();
  useSystemNotices();
  const hasContacts = layout !== 'mini' || area === 'contacts';
  return (
    <div className={styles.shell} data-layout={layout} data-connection={connection}>
      <a className={styles.skip} href="#content">
        {t('skip')}
      </a>
      <ConnectionBanner />
      <CallStrip />
      <div className={styles.areas}>
        <SwitchBar />
        {hasContacts && (
          <aside
            className={styles.contacts}
            data-area="contacts"
            aria-label={t('nav.contacts')}
            id={layout === 'mini' ? 'content' : undefined}
            tabIndex={-1}
          >
            <ContactColumn />
          </aside>
        )}
        {(layout !== 'mini' || area !== 'contacts') && (
          <main className={styles.content} id="content" tabIndex={-1}>
            <ContentArea />
          </main>
        )}
        {layout === 'expanded' && (
          <aside className={styles.telephony} data-area="telephony" aria-label={t('nav.telephony')}>
            <TelephonyArea />
          </aside>
        )}
      </div>
      <NoticeRegion />
    </div>
  );
}

/** A number from outside needs its field on screen. */
function useDialRequests(): void {
  const { layout, show } = useNavigation();
  const request = useDomain(selectDialRequest);
  useEffect(() => {
    if (request !== null && layout !== 'expanded') show('telephony');
  }, [request, layout, show]);
}

/** NOT-4: the unread count in the window's title. */
function useTitle(): void {
  const { t } = useTranslation();
  const unread = useDomain(selectUnreadTotal);
  const product = t('product');
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${product}` : product;
  }, [unread, product]);
}
