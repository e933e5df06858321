import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Grid3x3, Mic, MicOff, Pause, Phone, PhoneForwarded, PhoneOff, Play, Signal, SignalLow, X } from 'lucide-react';
import { contactOf } from '../../../engine/state/contacts.ts';
import type { Call } from '../../../engine/state/types.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { IconButton } from '../../ui/button.tsx';
import { useNow } from '../use-now.ts';
import { AudioMenu } from './audio-menu.tsx';
import styles from './call-tile.module.css';
import { callStatus, callTileKind, endedReason, formatClock, talkedFor } from './call-view.ts';
import { DialPad } from './dial-pad.tsx';
import { PartyPicture } from './party-picture.tsx';
import { TileButton } from './tile-button.tsx';

/** One call with what can be done to it now; its look follows `callTileKind`. */
export const CallTile = memo(function CallTile({ call }: { call: Call }) {
  const kind = callTileKind(call);
  return (
    <article className={styles.tile} data-kind={kind} data-answering={isAnswering(call) || undefined}>
      <TileHeader call={call} />
      {call.state === 'ringing' && <Answer call={call} />}
      {call.state === 'dialing' && <HangUp call={call} />}
      {call.state === 'active' && kind === 'active' && <ActiveControls call={call} />}
      {kind === 'held' && <HeldControls call={call} />}
      {call.state === 'ended' && <Ended call={call} />}
    </article>
  );
});

const isAnswering = (call: Call) => call.state === 'ringing' && call.answering;

function TileHeader({ call }: { call: Call }) {
  const { t } = useTranslation('telephony');
  const { name, number, userId } = call.party;
  const picture = useDomain((state) =>
    userId === null ? null : (contactOf(state.contacts, userId)?.avatarUrl ?? null),
  );
  const title = name ?? (number === '' ? t('unknownCaller') : number);
  const details = [name !== null && number, userId !== null && t('internal')].filter(Boolean).join(' · ');
  return (
    <header className={styles.header}>
      <PartyPicture name={name} url={picture} />
      <div className={styles.who}>
        <h3 className={styles.name} dir="auto">
          {title}
        </h3>
        {details !== '' && <p className={styles.details}>{details}</p>}
        {call.state !== 'ended' && <CallWords call={call} />}
      </div>
      <Clock call={call} />
    </header>
  );
}

function Ended({ call }: { call: Extract<Call, { state: 'ended' }> }) {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  const { call: dial } = useNavigation();
  const { number } = call.party;
  return (
    <div className={styles.header}>
      <div className={styles.who}>
        <CallWords call={call} />
      </div>
      {number !== '' && <IconButton label={t('callBack')} icon={<Phone />} onPress={() => dial(number)} />}
      <IconButton label={t('dismiss')} icon={<X />} onPress={() => commands.dismissCall(call.id)} />
    </div>
  );
}

/** Nothing where the clock says it all. */
function CallWords({ call }: { call: Call }) {
  const { t } = useTranslation('telephony');
  if (call.state === 'ended') return <p className={styles.words}>{t(`ended.${endedReason(call)}`)}</p>;
  const status = callStatus(call);
  return status === 'active' ? null : <p className={styles.words}>{t(`status.${status}`)}</p>;
}

function Clock({ call }: { call: Call }) {
  const { t } = useTranslation('telephony');
  const now = useNow(call.state === 'active' ? 1000 : null);
  const talked = talkedFor(call, now);
  if (talked === null) return null;
  // A held call is silent: how well it is connected matters again when it is resumed.
  const link = call.state === 'active' && callTileKind(call) === 'active' ? call.talk.link : null;
  const words = link === null ? '' : t(`quality.${link}`);
  return (
    <div className={styles.clock}>
      <b role="timer">{formatClock(talked)}</b>
      {link !== null && (
        <span role="img" aria-label={words} title={words}>
          {link === 'good' ? <Signal aria-hidden /> : <SignalLow aria-hidden />}
        </span>
      )}
    </div>
  );
}

function Answer({ call }: { call: Extract<Call, { state: 'ringing' }> }) {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  return (
    <div className={styles.answer}>
      <TileButton look="danger" icon={<PhoneOff />} onPress={() => commands.rejectCall(call.id)}>
        {t('reject')}
      </TileButton>
      <TileButton
        look="call"
        icon={<Phone />}
        isDisabled={call.answering}
        onPress={() => void commands.answerCall(call.id)}
      >
        {t('accept')}
      </TileButton>
    </div>
  );
}

function HangUp({ call }: { call: Call }) {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  return (
    <TileButton look="danger" icon={<PhoneOff />} isIconOnly onPress={() => commands.hangUpCall(call.id)}>
      {t('hangUp')}
    </TileButton>
  );
}

function Transfer({ call }: { call: Call }) {
  const { t } = useTranslation('telephony');
  const { startTransfer } = useNavigation();
  const isUnderWay = call.state === 'active' && call.talk.transfer === 'pending';
  return (
    <TileButton look="surface" icon={<PhoneForwarded />} isDisabled={isUnderWay} onPress={() => startTransfer(call.id)}>
      {t('transfer')}
    </TileButton>
  );
}

function HeldControls({ call }: { call: Call }) {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  return (
    <>
      <div className={styles.resume}>
        <TileButton look="surface" icon={<Play />} onPress={() => commands.resumeCall(call.id)}>
          {t('resume')}
        </TileButton>
        <TileButton look="danger" icon={<PhoneOff />} isIconOnly onPress={() => commands.hangUpCall(call.id)}>
          {t('hangUp')}
        </TileButton>
      </div>
      <div className={styles.whole}>
        <Transfer call={call} />
      </div>
    </>
  );
}

function ActiveControls({ call }: { call: Extract<Call, { state: 'active' }> }) {
  const { t } = useTranslation('telephony');
  const commands = useCommands();
  const [showsKeys, setShowsKeys] = useState(false);
  const { muted, digits } = call.talk;
  return (
    <>
      <div className={styles.actions}>
        <TileButton
          icon={muted ? <MicOff /> : <Mic />}
          isPressed={muted}
          onPress={() => commands.muteCall(call.id, !muted)}
        >
          {t('mute')}
        </TileButton>
        <TileButton icon={<Pause />} onPress={() => commands.holdCall(call.id)}>
          {t('hold')}
        </TileButton>
        <TileButton icon={<Grid3x3 />} isPressed={showsKeys} onPress={() => setShowsKeys(!showsKeys)}>
          {t('keys')}
        </TileButton>
        <AudioMenu />
      </div>
      {showsKeys && (
        <div className={styles.keys} data-keys>
          <output className={styles.digits}>{digits}</output>
          <DialPad look="tile" onDigit={(digit) => commands.sendDigit(call.id, digit)} />
        </div>
      )}
      <div className={styles.resume}>
        <Transfer call={call} />
        <HangUp call={call} />
      </div>
    </>
  );
}
