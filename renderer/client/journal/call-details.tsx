import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JournalDetails, JournalEntry } from '../../../protocol/rest.ts';
import type { Failure } from '../../../engine/state/types.ts';
import { useFormats } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useCommands } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import styles from './call-details.module.css';
import { talkText } from './journal-rows.ts';

interface CallDetailsProps {
  entry: JournalEntry;
  /** Whose call it is, as the line says. */
  title: string;
  onClose: () => void;
}

/** The way a call took, its times, and the other calls with that party (JOU-4). */
export function CallDetails({ entry, title, onClose }: CallDetailsProps) {
  const { t } = useTranslation(['journal', 'errors']);
  const { callDetails } = useCommands();
  const { call } = useNavigation();
  const formats = useFormats();
  const [details, setDetails] = useState<JournalDetails | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void callDetails(entry.id).then((answer) => {
      if (!isCurrent) return;
      if (answer.ok) setDetails(answer.value);
      else setFailure(answer.failure);
    });
    return () => {
      isCurrent = false;
    };
  }, [callDetails, entry.id]);
  const seconds = (value: number): string => {
    const talked = talkText(value);
    return talked === null ? t('durationSeconds', { seconds: 0 }) : t(talked.key, talked.values);
  };
  const startedAt = Date.parse(entry.startedAt);
  const facts: [string, string | null][] = [
    [t('details.when'), `${formats.day(startedAt)}, ${formats.time(startedAt)}`],
    [t('details.result'), t(`result.${entry.direction}.${entry.result}`)],
    [t('details.number'), entry.number || null],
    [t('details.team'), entry.team?.name ?? null],
    [t('details.device'), details?.device ?? null],
    [t('details.ring'), details && seconds(details.ringSeconds)],
    [t('details.talk'), details && details.talkSeconds > 0 ? seconds(details.talkSeconds) : null],
    [t('details.hold'), details && details.holdSeconds > 0 ? seconds(details.holdSeconds) : null],
  ];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onPress={onClose}>{t('details.close')}</Button>
          {entry.number !== '' && (
            <Button
              kind="call"
              onPress={() => {
                onClose();
                call(entry.number);
              }}
            >
              {t('menu.call')}
            </Button>
          )}
        </>
      }
    >
      <dl className={styles.facts}>
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {details === null && failure === null && <Spinner label={t('loading')} />}
      {failure !== null && (
        <p className={styles.failure} role="alert">
          {t(`${failure.code}.title`, { ns: 'errors' })}
        </p>
      )}
      {details !== null && (
        <section>
          <h3 className={styles.heading}>{t('details.path')}</h3>
          <ol className={styles.path}>
            {details.path.map(({ step, at, party }, place) => (
              <li key={place}>
                <time dateTime={at}>{formats.time(Date.parse(at))}</time>
                <span>
                  {t(`step.${step}`)}
                  {party !== null && <bdi> {party.name ?? party.number}</bdi>}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
      {details !== null && details.lastCalls.length > 0 && (
        <section>
          <h3 className={styles.heading}>{t('details.lastCalls')}</h3>
          <ul className={styles.path}>
            {details.lastCalls.map((other) => (
              <li key={other.id}>
                <time dateTime={other.startedAt}>{formats.stamp(Date.parse(other.startedAt))}</time>
                <span>
                  {t(`result.${other.direction}.${other.result}`)}
                  {other.durationSeconds > 0 && ` · ${seconds(other.durationSeconds)}`}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
