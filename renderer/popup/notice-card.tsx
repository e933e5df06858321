import { useId, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Phone, PhoneForwarded, SendHorizontal, X } from 'lucide-react';
import type { UserId } from '../../protocol/identity.ts';
import { selectContactById, selectContactByJid } from '../../engine/state/selectors.ts';
import type { Notice } from '../../engine/state/types.ts';
import { useCommands, useDomain } from '../client/engine-context.tsx';
import { useNavigation } from '../client/layout/navigation.tsx';
import { PartyPicture } from '../client/telephony/party-picture.tsx';
import styles from './notice-card.module.css';
import { noticeWords } from './notice-words.ts';

/** One notice with what can be done about it at once (NOT-1); the same in the pop-up window and in the page. */
export function NoticeCard({ notice }: { notice: Notice }) {
  const { t } = useTranslation('notices');
  const commands = useCommands();
  const titleId = useId();
  const contact = useNoticeContact(notice);
  const { title, text } = noticeWords(notice, contact, t);
  const keep = (kept: boolean) => commands.notices.keep(notice.id, kept);
  return (
    <div
      role="presentation"
      onPointerEnter={() => keep(true)}
      onPointerLeave={(event) =>
        !event.currentTarget.contains(event.currentTarget.ownerDocument.activeElement) && keep(false)
      }
      onFocus={() => keep(true)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && keep(false)}
    >
      <section className={styles.card} aria-labelledby={titleId} data-notice={notice.kind}>
        <div className={styles.head}>
          <button type="button" className={styles.about} onClick={() => commands.notices.open(notice.id)}>
            <PartyPicture
              name={pictureName(notice, title)}
              url={notice.kind === 'pickUp' ? null : (contact?.avatarUrl ?? null)}
            />
            <span className={styles.words}>
              <span id={titleId} className={styles.title} dir="auto">
                {title}
              </span>
              <span className={styles.text} dir="auto">
                {text}
              </span>
            </span>
          </button>
          <button
            type="button"
            className={styles.close}
            aria-label={t('close')}
            onClick={() => commands.notices.dismiss(notice.id)}
          >
            <X aria-hidden />
          </button>
        </div>
        {notice.kind === 'message' && <Reply notice={notice} />}
        {notice.kind === 'missedCall' && notice.party.number !== '' && (
          <Call number={notice.party.number} label={t('callBack')} notice={notice} />
        )}
        {notice.kind === 'pickUp' && <PickUp notice={notice} label={t('pickUp')} />}
        {notice.kind === 'callBack' && contact && <Call number={contact.extension} label={t('call')} notice={notice} />}
      </section>
    </div>
  );
}

function PickUp({ notice, label }: { notice: Extract<Notice, { kind: 'pickUp' }>; label: string }) {
  const commands = useCommands();
  return (
    <button
      type="button"
      className={styles.call}
      onClick={() => {
        commands.notices.dismiss(notice.id);
        void commands.pickUp(notice.userId);
      }}
    >
      <PhoneForwarded aria-hidden />
      <span>{label}</span>
    </button>
  );
}

/** Whose initials stand beside it; `null` where only a number is known. */
const pictureName = (notice: Notice, title: string): string | null => {
  if (notice.kind === 'missedCall' || notice.kind === 'voicemail') return notice.party.name;
  return notice.kind === 'pickUp' ? notice.caller.name : title;
};

/** The contact that the notice is about, if it is about one. */
function useNoticeContact(notice: Notice) {
  const userId = noticeUserId(notice);
  return useDomain(notice.kind === 'message' ? selectContactByJid(notice.peer) : selectContactById(userId ?? ''));
}

const noticeUserId = (notice: Notice): UserId | null => {
  switch (notice.kind) {
    case 'message':
      return null;
    case 'missedCall':
    case 'voicemail':
      return notice.party.userId;
    case 'pickUp':
    case 'callBack':
      return notice.userId;
  }
};

function Call({ number, label, notice }: { number: string; label: string; notice: Notice }) {
  const commands = useCommands();
  const { call } = useNavigation();
  return (
    <button
      type="button"
      className={styles.call}
      onClick={() => {
        commands.notices.dismiss(notice.id);
        call(number);
      }}
    >
      <Phone aria-hidden />
      <span>{label}</span>
    </button>
  );
}

/** Answering in place; what was refused stays in the field. */
function Reply({ notice }: { notice: Extract<Notice, { kind: 'message' }> }) {
  const { t } = useTranslation('notices');
  const commands = useCommands();
  const [text, setText] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '' || !commands.sendMessage(notice.peer, text).ok) return;
    // Who answers has read what is answered.
    commands.markConversationRead(notice.peer);
    commands.notices.dismiss(notice.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') commands.notices.dismiss(notice.id);
  };
  return (
    <form className={styles.reply} onSubmit={send}>
      <input
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        aria-label={t('reply', { name: notice.name })}
        placeholder={t('replyPlaceholder')}
        autoComplete="off"
      />
      <button type="submit" aria-label={t('send')} disabled={text.trim() === ''}>
        <SendHorizontal aria-hidden />
      </button>
    </form>
  );
}
