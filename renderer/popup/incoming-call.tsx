import { useId, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Phone, PhoneOff } from 'lucide-react';
import { contactOf } from '../../engine/state/contacts.ts';
import { selectDialPlan } from '../../engine/state/selectors.ts';
import type { Call } from '../../engine/state/types.ts';
import { useCommands, useDomain } from '../client/engine-context.tsx';
import { PartyPicture } from '../client/telephony/party-picture.tsx';
import { useNumberText } from '../i18n/number-text.ts';
import styles from './incoming-call.module.css';

interface IncomingCallProps {
  call: Extract<Call, { state: 'ringing' }>;
  /** Calls that ring beside this one. */
  waiting: number;
}

/** Who calls, accept and reject; the same in the pop-up window and in the page (TEL-2, NOT-1). Escape rejects nothing. */
export function IncomingCall({ call, waiting }: IncomingCallProps) {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  const titleId = useId();
  const accept = useRef<HTMLButtonElement>(null);
  const reject = useRef<HTMLButtonElement>(null);
  const { name, number, userId } = call.party;
  const picture = useDomain((state) =>
    userId === null ? null : (contactOf(state.contacts, userId)?.avatarUrl ?? null),
  );
  const { shown, place } = useNumberText(useDomain(selectDialPlan))(number);
  const title = name ?? (number === '' ? t('unknownCaller') : shown);
  const details = [name !== null && shown, place, userId !== null && t('internal')].filter(Boolean).join(' · ');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') reject.current?.focus();
    if (event.key === 'ArrowRight') accept.current?.focus();
  };
  return (
    <div className={styles.card} role="alertdialog" aria-labelledby={titleId}>
      <span id={titleId} className={styles.hidden}>
        {t('incomingFrom', { name: title })}
      </span>
      <div className={styles.caller}>
        <span className={styles.ring}>
          <PartyPicture name={name} url={picture} size="large" />
        </span>
        <div className={styles.who}>
          <p className={styles.name} dir="auto">
            {title}
          </p>
          {details !== '' && <p className={styles.details}>{details}</p>}
          <p className={styles.state}>
            {call.answering
              ? t('status.answering')
              : waiting > 0
                ? t('moreWaiting', { count: waiting })
                : t('incoming')}
          </p>
        </div>
      </div>
      <div className={styles.actions}>
        <button
          ref={reject}
          type="button"
          className={styles.reject}
          onKeyDown={onKeyDown}
          onClick={() => commands.rejectCall(call.id)}
        >
          <PhoneOff aria-hidden />
          <span>{t('reject')}</span>
        </button>
        <button
          ref={accept}
          type="button"
          className={styles.accept}
          disabled={call.answering}
          onKeyDown={onKeyDown}
          onClick={() => void commands.answerCall(call.id)}
        >
          <Phone aria-hidden />
          <span>{t('accept')}</span>
        </button>
      </div>
    </div>
  );
}
