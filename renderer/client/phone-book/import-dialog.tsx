import { FileUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportRequest, ImportResult, PhoneBookName } from '../../../protocol/phone-book.ts';
import type { FileReading } from '../../../engine/client/phone-book-commands.ts';
import { selectSession } from '../../../engine/state/selectors.ts';
import { useFormats } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { ImportColumns } from './import-columns.tsx';
import styles from './import-dialog.module.css';

type ReadFile = Extract<FileReading, { kind: 'read' }>['file'];
type Step =
  | { kind: 'choose'; trouble: string | null }
  | { kind: 'reading' }
  | { kind: 'preview'; file: File; read: ReadFile }
  | { kind: 'done'; result: ImportResult; problemCount: number };
const doubles = ['skip', 'replace', 'add'] as const;

/** Takes entries over from a vCard or a table; nothing is written before one has seen what would be (PHB-4). */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['phoneBook', 'errors']);
  const { phoneBook } = useCommands();
  const formats = useFormats();
  const session = useDomain(selectSession);
  const editsCompany = session.phase === 'loggedIn' && session.provisioning.features.editsCompanyPhoneBook;
  const input = useRef<HTMLInputElement>(null);
  const [step, setStep] = useState<Step>({ kind: 'choose', trouble: null });
  const [book, setBook] = useState<PhoneBookName>('private');
  const [double, setDouble] = useState<(typeof doubles)[number]>('skip');
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const read = step.kind === 'preview' ? step.read : null;
  const request = { book, doubles: double, entries: read?.entries.map(({ fields }) => fields) ?? [] };
  const forecast = useForecast(request);

  const open = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setStep({ kind: 'reading' });
    const reading = await phoneBook.readFile(file).catch(() => null);
    if (reading?.kind === 'read') setStep({ kind: 'preview', file, read: reading.file });
    else setStep({ kind: 'choose', trouble: t(`import.refused.${reading?.reason ?? 'notText'}`, { name: file.name }) });
  };
  const changeColumn = async (at: number, field: ReadFile['columns'][number]['field']): Promise<void> => {
    if (step.kind !== 'preview') return;
    const columns = step.read.columns.map((column, place) => (place === at ? field : column.field));
    const reading = await phoneBook.readFile(step.file, columns);
    if (reading.kind === 'read') setStep({ ...step, read: reading.file });
  };
  const write = async (): Promise<void> => {
    if (step.kind !== 'preview') return;
    setPending(true);
    const answer = await phoneBook.importEntries({ ...request, preview: false });
    setPending(false);
    if (answer.ok) setStep({ kind: 'done', result: answer.value, problemCount: step.read.problemCount });
    else setFailure(`${t(`${answer.failure.code}.title`, { ns: 'errors' })}. ${t('import.nothingWritten')}`);
  };
  const numbers = (result: ImportResult): string[] =>
    (['added', 'replaced', 'skipped'] as const)
      .filter((name) => result[name] > 0)
      .map((name) => t(`import.${name}`, { count: result[name], number: formats.number(result[name]) }));
  const isEmpty = forecast !== null && forecast.added + forecast.replaced === 0;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      staysOpen
      title={t('import.title')}
      actions={
        step.kind === 'preview' ? (
          <>
            <Button onPress={onClose}>{t('cancel')}</Button>
            <Button
              kind="primary"
              isPending={isPending}
              isDisabled={step.read.entries.length === 0 || isEmpty}
              onPress={() => void write()}
            >
              {t('import.take')}
            </Button>
          </>
        ) : (
          <Button onPress={onClose}>{t(step.kind === 'done' ? 'close' : 'cancel')}</Button>
        )
      }
    >
      {step.kind === 'choose' && (
        <>
          <p className={styles.hint}>{t('import.hint')}</p>
          {step.trouble !== null && (
            <p className={styles.failure} role="alert">
              {step.trouble}
            </p>
          )}
          <Button kind="primary" icon={<FileUp />} onPress={() => input.current?.click()}>
            {t('import.choose')}
          </Button>
        </>
      )}
      {step.kind === 'reading' && <Spinner label={t('import.reading')} />}
      {step.kind === 'done' && (
        <div role="status">
          <p className={styles.hint}>{numbers(step.result).join(' ') || t('import.nothing')}</p>
          {step.problemCount > 0 && <p className={styles.hint}>{t('import.problems', { count: step.problemCount })}</p>}
        </div>
      )}
      {read !== null && (
        <div className={styles.preview}>
          <p className={styles.hint}>
            {t('import.found', { count: read.entries.length, number: formats.number(read.entries.length) })}{' '}
            {t(`import.format.${read.format}`, { encoding: read.encoding.toUpperCase() })}
          </p>
          {read.columns.length > 0 && (
            <ImportColumns columns={read.columns} onChange={(at, field) => void changeColumn(at, field)} />
          )}
          <ul className={styles.entries} aria-label={t('import.preview')}>
            {read.entries.slice(0, 5).map(({ line, fields }) => (
              <li key={line}>
                <bdi className={styles.name}>{fields.name}</bdi>
                <span className={styles.details}>
                  {[fields.company, ...fields.numbers.map(({ number }) => number), ...fields.emails]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </li>
            ))}
            {read.entries.length > 5 && <li className={styles.details}>…</li>}
          </ul>
          <Problems read={read} />
          {editsCompany && (
            <Segments
              label={t('books')}
              value={book}
              options={(['private', 'company'] as const).map((value) => ({ value, text: t(`show.${value}`) }))}
              onChange={setBook}
            />
          )}
          <Segments
            label={t('import.doubles')}
            value={double}
            options={doubles.map((value) => ({ value, text: t(`import.double.${value}`) }))}
            onChange={setDouble}
          />
          {forecast !== null && (
            <p className={styles.forecast} role="status">
              {numbers(forecast).join(' ') || t('import.nothing')}
            </p>
          )}
          {failure !== null && (
            <p className={styles.failure} role="alert">
              {failure}
            </p>
          )}
        </div>
      )}
      <input
        ref={input}
        hidden
        type="file"
        accept=".vcf,.vcard,.csv,.txt,.tsv,text/vcard,text/csv"
        tabIndex={-1}
        aria-hidden
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </Dialog>
  );
}

/** What was not understood: where and why. */
function Problems({ read }: { read: ReadFile }) {
  const { t } = useTranslation('phoneBook');
  if (read.problemCount === 0) return null;
  return (
    <details className={styles.problems}>
      <summary>{t('import.problems', { count: read.problemCount })}</summary>
      <ol>
        {read.problems.map(({ line, reason, detail }, at) => (
          <li key={at}>
            <span>{t('import.line', { line })}</span> {t(`import.reason.${reason}`)}
            {detail !== '' && <bdi className={styles.details}> {detail}</bdi>}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** What the import would do, asked of the server; `null` until it is known. */
function useForecast(request: Omit<ImportRequest, 'preview'>): ImportResult | null {
  const { phoneBook } = useCommands();
  const [forecast, setForecast] = useState<{ key: string; result: ImportResult } | null>(null);
  // The entries themselves change with the file or its columns only.
  const key = `${request.book} ${request.doubles} ${JSON.stringify(request.entries)}`;
  const asked = useRef(request);
  useEffect(() => {
    asked.current = request;
  });
  useEffect(() => {
    if (asked.current.entries.length === 0) return;
    let isCurrent = true;
    void phoneBook.importEntries({ ...asked.current, preview: true }).then((answer) => {
      if (isCurrent && answer.ok) setForecast({ key, result: answer.value });
    });
    return () => {
      isCurrent = false;
    };
  }, [phoneBook, key]);
  return forecast?.key === key ? forecast.result : null;
}
