import { useTranslation } from 'react-i18next';
import { Pause, PhoneOff, Play, X } from 'lucide-react';
import { contactOf } from '../../engine/state/contacts.ts';
import type { Call } from '../../engine/state/types.ts';
import { useCommands, useDomain } from '../client/engine-context.tsx';
import { callStatus, callTileKind, formatClock, talkedFor } from '../client/telephony/call-view.ts';
import { PartyPicture } from '../client/telephony/party-picture.tsx';
import { useNow } from '../client/use-now.ts';
import cards from './notice-card.module.css';
import { partyTitle } from './notice-words.ts';
import styles from './running-call.module.css';

interface RunningCallProps {
  call: Extract<Call, { state: 'dialing' | 'active' }>;
  onClose: () => void;
}

/** An outgoing, active or held call while the client is behind other windows (NOT-1): hold or resume, and end. */
export function RunningCall({ call, onClose }: RunningCallProps) {
  const { t } = useTranslation('telephony');
  const { t: words } = useTranslation('notices');
  const commands = useCommands();
  const now = useNow(call.state === 'active' ? 1000 : null);
  const { name, userId } = call.party;
  const picture = useDomain((state) =>
    userId === null ? null : (contactOf(state.contacts, userId)?.avatarUrl ?? null),
  );
  const talked = talkedFor(call, now);
  const isHeld = callTileKind(call) === 'held';
  return (
    <section className={cards.card} aria-label={partyTitle(call.party, words)} data-notice="runningCall">
      <div className={cards.head}>
        <button type="button" className={cards.about} onClick={() => commands.showWindow()}>
          <PartyPicture name={name} url={picture} />
          <span className={cards.words}>
            <span className={cards.title} dir="auto">
              {partyTitle(call.party, words)}
            </span>
            <span className={cards.text}>
              {[t(`status.${callStatus(call)}`), talked !== null && formatClock(talked)].filter(Boolean).join(' · ')}
            </span>
          </span>
        </button>
        <button type="button" className={cards.close} aria-label={words('close')} onClick={onClose}>
          <X aria-hidden />
        </button>
      </div>
      <div className={styles.actions}>
        {call.state === 'active' && (
          <button
            type="button"
            className={styles.plain}
            onClick={() => (isHeld ? commands.resumeCall(call.id) : commands.holdCall(call.id))}
          >
            {isHeld ? <Play aria-hidden /> : <Pause aria-hidden />}
            <span>{t(isHeld ? 'resume' : 'hold')}</span>
          </button>
        )}
        <button type="button" className={styles.end} onClick={() => commands.hangUpCall(call.id)}>
          <PhoneOff aria-hidden />
          <span>{t('hangUp')}</span>
        </button>
      </div>
    </section>
  );
}
