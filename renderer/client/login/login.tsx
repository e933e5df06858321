import { Eye, EyeOff } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { Checkbox, ToggleButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/text-field.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { secondsLeft, viewFailure, type FailureView } from './login-form.ts';
import styles from './login.module.css';

const inDesktop = 'kontor' in window;

/** Login form (SES-1 to SES-3). In the browser edition the page's own origin is the server. */
export function Login() {
  const { t } = useTranslation('session');
  const commands = useCommands();
  const settings = useDomain((state) => state.settings);
  const session = useDomain((state) => state.session);
  const [server, setServer] = useState(settings.server ?? '');
  const [user, setUser] = useState(settings.lastUser ?? '');
  const [password, setPassword] = useState('');
  const [save, setSave] = useState(true);
  const [asksAboutStore, setAsksAboutStore] = useState(false);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<FailureView | null>(() =>
    session.phase === 'loggedOut' && session.failure ? viewFailure(session.failure, Date.now()) : null,
  );
  const wait = useSecondsLeft(failure?.retryAt ?? null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const fields = [...(form.current?.querySelectorAll('input') ?? [])];
    fields.find((field) => field.value === '')?.focus();
  }, []);

  const login = async (saved: boolean): Promise<void> => {
    setAsksAboutStore(false);
    setPending(true);
    const outcome = await commands.login({ server: server.trim(), user: user.trim(), password, save: saved });
    setPending(false);
    setFailure(outcome.ok ? null : viewFailure(outcome.failure, Date.now()));
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (pending || wait > 0) return;
    if (save && inDesktop && (await commands.secretStrength()) !== 'strong') setAsksAboutStore(true);
    else await login(save);
  };

  return (
    <main className={styles['page']}>
      <form
        ref={form}
        className={styles['card']}
        onSubmit={(event) => void submit(event)}
        aria-labelledby="login-title"
      >
        <img className={styles['logo']} src="/icon.svg" alt="" width={48} height={48} />
        <h1 id="login-title" className={styles['title']}>
          {t('login.title')}
        </h1>
        <TextField
          label={t('login.user')}
          placeholder={t('login.userPlaceholder')}
          value={user}
          onChange={setUser}
          isRequired
          autoComplete="username"
          spellCheck="false"
        />
        <PasswordField value={password} onChange={setPassword} />
        {inDesktop ? (
          <TextField
            label={t('login.server')}
            hint={t('login.serverHint')}
            value={server}
            onChange={setServer}
            isRequired
            autoComplete="url"
            spellCheck="false"
          />
        ) : null}
        <Checkbox className={styles['save'] ?? ''} isSelected={save} onChange={setSave}>
          <span className={styles['tick']} aria-hidden />
          {t('login.save')}
        </Checkbox>
        {asksAboutStore ? (
          <div className={styles['notice']} role="alertdialog" aria-label={t('login.weakStore')}>
            <p>{t('login.weakStore')}</p>
            <div className={styles['choices']}>
              <button type="button" onClick={() => void login(false)}>
                {t('login.withoutSaving')}
              </button>
              <button type="button" onClick={() => void login(true)}>
                {t('login.saveAnyway')}
              </button>
            </div>
          </div>
        ) : null}
        <div aria-live="assertive">{failure ? <FailureNotice failure={failure} wait={wait} /> : null}</div>
        <button className={styles['submit']} type="submit" disabled={pending || wait > 0}>
          {pending ? t('login.pending') : t('login.submit')}
        </button>
      </form>
    </main>
  );
}

function FailureNotice({ failure, wait }: { failure: FailureView; wait: number }) {
  const { t } = useTranslation(['errors', 'session']);
  return (
    <div className={styles['failure']}>
      <strong>{t(failure.title, { ns: 'errors' })}</strong>
      <p>{wait > 0 ? t('login.wait', { ns: 'session', count: wait }) : t(failure.hint, { ns: 'errors' })}</p>
    </div>
  );
}

function PasswordField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation('session');
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  return (
    <TextField
      label={t('login.password')}
      type={shown ? 'text' : 'password'}
      value={value}
      onChange={onChange}
      isRequired
      autoComplete="current-password"
      onKeyUp={(event) => setCapsLock(event.getModifierState('CapsLock'))}
      hint={capsLock ? t('login.capsLock') : undefined}
      trailing={
        <ToggleButton
          className={styles['eye'] ?? ''}
          isSelected={shown}
          onChange={setShown}
          aria-label={t('login.showPassword')}
        >
          {shown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
        </ToggleButton>
      }
    />
  );
}

/** Seconds until `retryAt`, counting down on screen. */
const useSecondsLeft = (retryAt: number | null): number => {
  const [left, setLeft] = useState(() => secondsLeft(retryAt, Date.now()));
  useEffect(() => {
    const update = (): void => setLeft(secondsLeft(retryAt, Date.now()));
    update();
    if (retryAt === null) return undefined;
    const timer = setInterval(update, 500);
    return () => clearInterval(timer);
  }, [retryAt]);
  return left;
};
