import { useEffect, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ListMusic, Phone, PhoneForwarded, Voicemail, X } from 'lucide-react';
import type { FailureCode } from '../../../engine/state/types.ts';
import { selectDialRequest, selectMailboxNumber, selectVoicemailUnheard } from '../../../engine/state/selectors.ts';
import { IconButton } from '../../ui/button.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { DialField } from './dial-field.tsx';
import styles from './dial-form.module.css';
import { DialPad } from './dial-pad.tsx';
import { lastDialled } from './last-dialled.ts';
import { useDialTargets } from './use-dial-targets.ts';

type DialProblem = 'numberInvalid' | 'notConnected' | 'microphoneDenied' | 'microphoneMissing' | 'other';
const problemOf = (code: FailureCode): DialProblem =>
  code === 'numberInvalid' || code === 'notConnected' || code === 'microphoneDenied' || code === 'microphoneMissing'
    ? code
    : 'other';

/** Number or name, the pad, and the green button, which brings the last number back from an empty field (TEL-1); the mailbox beside it (TEL-12). */
export function DialForm() {
  const { t } = useTranslation(['telephony', 'voicemail']);
  const commands = useCommands();
  const { dialText, takeDialText, show, transferring, endTransfer } = useNavigation();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<DialProblem | null>(null);
  const [isDialling, setIsDialling] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const last = useDomain(lastDialled);
  const request = useDomain(selectDialRequest);
  const targets = useDialTargets(text);
  const mailbox = useDomain(selectMailboxNumber);
  const waiting = useDomain(selectVoicemailUnheard);

  const write = (next: string) => {
    setProblem(null);
    setText(next);
  };
  // A link or another area has put a number here; it waits for the user (TEL-18).
  useEffect(() => {
    const wanted = request === null ? dialText : commands.takeDialRequest();
    if (wanted === null) return;
    if (dialText !== null) takeDialText();
    setProblem(null);
    setText(wanted);
    field.current?.focus();
  }, [commands, dialText, request, takeDialText]);

  const dial = async (target: string) => {
    if (isDialling) return;
    setIsDialling(true);
    setProblem(null);
    const outcome = transferring === null ? await commands.dial(target) : commands.transferCall(transferring, target);
    setIsDialling(false);
    if (outcome.ok) {
      setText('');
      endTransfer();
    } else setProblem(problemOf(outcome.failure.code));
  };
  const press = () => {
    const target = text.trim();
    if (target !== '') void dial(targets.chosenFor(target));
    else if (last !== null) {
      setText(last);
      field.current?.focus();
    }
  };
  const isTransfer = transferring !== null;
  useEffect(() => {
    if (isTransfer) field.current?.focus();
  }, [isTransfer]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    press();
  };
  const dialLabel = text === '' && last !== null ? t('redial', { number: last }) : t('dial');
  const label = isTransfer ? t('transfer') : dialLabel;
  return (
    <form className={styles.form} onSubmit={submit}>
      {transferring !== null && <TransferBanner callId={transferring} onCancel={endTransfer} />}
      <DialField ref={field} text={text} onChange={write} targets={targets} onDial={(number) => void dial(number)} />
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem === 'microphoneDenied' || problem === 'microphoneMissing'
            ? `${t(`ended.${problem}`)}. ${t(problem === 'microphoneDenied' ? 'permission.denied' : 'permission.missing')}`
            : t(`failure.${problem}`)}
        </p>
      )}
      <DialPad
        onDigit={(digit) => {
          write(text + digit);
        }}
        onPlus={() => write(`${text}+`)}
      />
      <div className={styles.buttons}>
        {mailbox !== null && (
          <IconButton
            label={t('voicemail:callMailbox')}
            icon={<Voicemail />}
            kind="soft"
            size="large"
            badge={waiting}
            isDisabled={isDialling || isTransfer}
            onPress={() => void dial(mailbox)}
          />
        )}
        <button
          type="submit"
          className={styles.call}
          aria-label={label}
          title={label}
          disabled={(text.trim() === '' && (last === null || isTransfer)) || isDialling}
        >
          {isTransfer ? <PhoneForwarded aria-hidden /> : <Phone aria-hidden />}
        </button>
        {mailbox !== null && (
          <IconButton
            label={t('voicemail:messages')}
            icon={<ListMusic />}
            kind="soft"
            size="large"
            onPress={() => show('voicemail')}
          />
        )}
      </div>
    </form>
  );
}

/** Says whom the next one chosen is called for, and lets go of it. */
function TransferBanner({ callId, onCancel }: { callId: string; onCancel: () => void }) {
  const { t } = useTranslation('telephony');
  const party = useDomain(({ calls }) => calls.byId[callId]?.party);
  return (
    <div className={styles.transfer} role="status">
      <p dir="auto">{t('transferTo', { name: party?.name ?? party?.number ?? '' })}</p>
      <IconButton label={t('cancelTransfer')} icon={<X />} onPress={onCancel} />
    </div>
  );
}
