import type { TFunction } from 'i18next';
import type { CallParty, Contact, Notice } from '../../engine/state/types.ts';

export const partyTitle = ({ name, number }: CallParty, t: TFunction<'notices'>): string =>
  name ?? (number === '' ? t('unknownCaller') : number);

/** What a notice says, in two lines. `contact`: whom a call-back is about, or at whom it rings. */
export const noticeWords = (
  notice: Notice,
  contact: Contact | null,
  t: TFunction<'notices'>,
): { title: string; text: string } => {
  switch (notice.kind) {
    case 'message':
      return { title: notice.name, text: notice.text };
    case 'missedCall': {
      const { name, number } = notice.party;
      return {
        title: partyTitle(notice.party, t),
        text: [t('missedCall'), name !== null && number].filter(Boolean).join(' · '),
      };
    }
    case 'voicemail':
      return { title: partyTitle(notice.party, t), text: t('voicemail') };
    case 'pickUp':
      return { title: partyTitle(notice.caller, t), text: t('ringsAt', { name: contact?.name ?? '' }) };
    case 'callBack':
      return { title: contact?.name ?? '', text: t('isFree') };
  }
};
