import { ImageOff, ImageUp, Plus, X } from 'lucide-react';
import { useId, useRef, useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import {
  numberKindSchema,
  phoneBookLimits,
  type PhoneBookEntry,
  type PhoneBookFields,
} from '../../../protocol/phone-book.ts';
import { selectSession } from '../../../engine/state/selectors.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Segments } from '../../ui/segments.tsx';
import { Select } from '../../ui/select.tsx';
import { TextArea, TextField } from '../../ui/text-field.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { differences, draftOf, fieldsOf, fieldText, type EntryDraft } from './entry-draft.ts';
import styles from './entry-form.module.css';

interface EntryFormProps {
  /** The entry to change; `null`: a new one. */
  entry: PhoneBookEntry | null;
  start: Partial<PhoneBookFields>;
  onClose: () => void;
}
type Trouble = { kind: 'text'; text: string } | { kind: 'conflict'; theirs: PhoneBookEntry };

/**
 * Writes an entry (PHB-1, PHB-2). Where somebody else was quicker, both versions are shown and nothing is lost;
 * what was typed goes only when the user says so.
 */
export function EntryForm({ entry, start, onClose }: EntryFormProps) {
  const { t } = useTranslation(['phoneBook', 'errors']);
  const { phoneBook } = useCommands();
  const session = useDomain(selectSession);
  const editsCompany = session.phase === 'loggedIn' && session.provisioning.features.editsCompanyPhoneBook;
  const [first] = useState(() => draftOf(start, entry?.book ?? 'private'));
  const [draft, setDraft] = useState(first);
  /** The version the next save replaces. */
  const [version, setVersion] = useState(entry?.version ?? null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [isPending, setPending] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const change = (part: Partial<EntryDraft>): void => setDraft((known) => ({ ...known, ...part }));
  const tell = (text: string): void => setTrouble({ kind: 'text', text });

  const save = async (): Promise<void> => {
    const read = fieldsOf(draft);
    if (!read.ok) {
      tell(t(`problem.${read.problem}`));
      return;
    }
    setPending(true);
    const answer = await phoneBook.save(entry?.id ?? null, { ...read.fields, book: draft.book, version });
    setPending(false);
    if (answer.ok) {
      onClose();
      return;
    }
    const { code } = answer.failure;
    if (code === 'conflict' && entry) {
      const theirs = await phoneBook.entry(entry.id);
      if (theirs.ok) {
        setTrouble({ kind: 'conflict', theirs: theirs.value });
        setVersion(theirs.value.version);
        return;
      }
    }
    // Deleted meanwhile: saving again brings it back.
    if (code === 'entryGone') setVersion(null);
    tell(
      code === 'entryGone'
        ? t('problem.gone')
        : `${t(`${code}.title`, { ns: 'errors' })}. ${t(`${code}.hint`, { ns: 'errors' })}`,
    );
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  const leave = (): void => {
    if (!isLeaving && JSON.stringify(draft) !== JSON.stringify(first)) setLeaving(true);
    else onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={leave}
      staysOpen
      title={t(entry === null ? 'newTitle' : 'editTitle')}
      actions={
        isLeaving ? (
          <>
            <span className={styles.question} role="alert">
              {t('discardQuestion')}
            </span>
            <Button onPress={() => setLeaving(false)}>{t('keepWriting')}</Button>
            <Button kind="danger" onPress={onClose}>
              {t('discard')}
            </Button>
          </>
        ) : (
          <>
            <Button onPress={leave}>{t('cancel')}</Button>
            <Button kind="primary" isPending={isPending} onPress={() => void save()}>
              {t(trouble?.kind === 'conflict' ? 'saveMine' : 'save')}
            </Button>
          </>
        )
      }
    >
      <form className={styles.form} onSubmit={submit}>
        {entry === null && editsCompany && (
          <Segments
            label={t('books')}
            value={draft.book}
            options={(['private', 'company'] as const).map((value) => ({ value, text: t(`show.${value}`) }))}
            onChange={(book) => change({ book })}
          />
        )}
        <div className={styles.head}>
          <Picture draft={draft} onChange={(picture) => change({ picture })} onFailure={tell} />
          <div className={styles.names}>
            <TextField
              label={t('field.name')}
              isRequired
              autoFocus
              value={draft.name}
              maxLength={phoneBookLimits.name}
              onChange={(name) => change({ name })}
            />
            <TextField
              label={t('field.company')}
              value={draft.company}
              maxLength={phoneBookLimits.company}
              onChange={(company) => change({ company })}
            />
          </div>
        </div>
        <Numbers numbers={draft.numbers} onChange={(numbers) => change({ numbers })} />
        <Emails emails={draft.emails} onChange={(emails) => change({ emails })} />
        <TextField
          label={t('field.labels')}
          hint={t('field.labelsHint')}
          value={draft.labels}
          maxLength={phoneBookLimits.labels * (phoneBookLimits.label + 2)}
          onChange={(labels) => change({ labels })}
        />
        <TextArea
          label={t('field.note')}
          value={draft.note}
          maxLength={phoneBookLimits.note}
          onChange={(note) => change({ note })}
        />
        {/* Enter in a field saves; the visible button stands in the dialog's foot. */}
        <button type="submit" hidden />
      </form>
      {trouble?.kind === 'text' && (
        <p className={styles.failure} role="alert">
          {trouble.text}
        </p>
      )}
      {trouble?.kind === 'conflict' && (
        <Conflict
          theirs={trouble.theirs}
          draft={draft}
          onTake={() => {
            setDraft(draftOf(trouble.theirs, trouble.theirs.book));
            setTrouble(null);
          }}
        />
      )}
    </Dialog>
  );
}

interface PictureProps {
  draft: EntryDraft;
  onChange: (picture: string | null) => void;
  onFailure: (text: string) => void;
}

function Picture({ draft, onChange, onFailure }: PictureProps) {
  const { t } = useTranslation(['phoneBook', 'errors']);
  const { phoneBook } = useCommands();
  const file = useRef<HTMLInputElement>(null);
  const take = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    const answer = await phoneBook.picture(chosen);
    if (answer.ok) onChange(answer.value);
    else onFailure(t(`${answer.failure.code}.title`, { ns: 'errors' }));
  };
  return (
    <div className={styles.picture}>
      <Avatar name={draft.name} url={draft.picture} size="large" />
      <span className={styles.pictureButtons}>
        <IconButton label={t('changePicture')} icon={<ImageUp />} size="small" onPress={() => file.current?.click()} />
        {draft.picture !== null && (
          <IconButton label={t('removePicture')} icon={<ImageOff />} size="small" onPress={() => onChange(null)} />
        )}
      </span>
      <input
        ref={file}
        hidden
        type="file"
        accept="image/*"
        tabIndex={-1}
        aria-hidden
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

interface NumbersProps {
  numbers: EntryDraft['numbers'];
  onChange: (numbers: EntryDraft['numbers']) => void;
}

function Numbers({ numbers, onChange }: NumbersProps) {
  const { t } = useTranslation('phoneBook');
  const title = useId();
  const replace = (at: number, part: Partial<EntryDraft['numbers'][number]>): void =>
    onChange(numbers.map((each, place) => (place === at ? { ...each, ...part } : each)));
  return (
    <fieldset className={styles.group} aria-labelledby={title}>
      <legend id={title}>{t('field.numbers')}</legend>
      {numbers.map(({ kind, number }, at) => (
        <div key={at} className={styles.row}>
          <span className={styles.kind}>
            <Select
              label={t('field.kind')}
              hidesLabel
              value={kind}
              options={numberKindSchema.options.map((value) => ({ value, text: t(`numberKind.${value}`) }))}
              onChange={(chosen) => replace(at, { kind: chosen })}
            />
          </span>
          <span className={styles.value}>
            <TextField
              label={t('field.number', { place: at + 1 })}
              hidesLabel
              type="tel"
              value={number}
              placeholder={t('field.numberPlaceholder')}
              maxLength={phoneBookLimits.number}
              onChange={(text) => replace(at, { number: text })}
            />
          </span>
          <IconButton
            label={t('removeNumber', { place: at + 1 })}
            icon={<X />}
            size="small"
            onPress={() => onChange(numbers.filter((_, place) => place !== at))}
          />
        </div>
      ))}
      {numbers.length < phoneBookLimits.numbers && (
        <Button icon={<Plus />} onPress={() => onChange([...numbers, { kind: nextKind(numbers), number: '' }])}>
          {t('addNumber')}
        </Button>
      )}
    </fieldset>
  );
}

/** The first kind that is not there yet. */
const nextKind = (numbers: EntryDraft['numbers']) =>
  numberKindSchema.options.find((kind) => !numbers.some((each) => each.kind === kind)) ?? 'office';

function Emails({ emails, onChange }: { emails: readonly string[]; onChange: (emails: string[]) => void }) {
  const { t } = useTranslation('phoneBook');
  const title = useId();
  return (
    <fieldset className={styles.group} aria-labelledby={title}>
      <legend id={title}>{t('field.emails')}</legend>
      {emails.map((email, at) => (
        <div key={at} className={styles.row}>
          <span className={styles.value}>
            <TextField
              label={t('field.email', { place: at + 1 })}
              hidesLabel
              type="email"
              value={email}
              placeholder={t('field.emailPlaceholder')}
              maxLength={phoneBookLimits.email}
              onChange={(text) => onChange(emails.map((each, place) => (place === at ? text : each)))}
            />
          </span>
          <IconButton
            label={t('removeEmail', { place: at + 1 })}
            icon={<X />}
            size="small"
            onPress={() => onChange(emails.filter((_, place) => place !== at))}
          />
        </div>
      ))}
      {emails.length < phoneBookLimits.emails && (
        <Button icon={<Plus />} onPress={() => onChange([...emails, ''])}>
          {t('addEmail')}
        </Button>
      )}
    </fieldset>
  );
}

interface ConflictProps {
  theirs: PhoneBookEntry;
  draft: EntryDraft;
  onTake: () => void;
}

/** What the other version says where it differs from what was typed here. */
function Conflict({ theirs, draft, onTake }: ConflictProps) {
  const { t } = useTranslation('phoneBook');
  const mine = fieldsOf(draft);
  const names = mine.ok ? differences(mine.fields, theirs) : [];
  return (
    <div className={styles.conflict} role="alert">
      <p>{t('conflict.text')}</p>
      <dl>
        {names.map((name) => (
          <div key={name}>
            <dt>{t(`field.${name}`)}</dt>
            <dd>{fieldText(theirs, name) || t('conflict.empty')}</dd>
          </div>
        ))}
      </dl>
      <Button onPress={onTake}>{t('conflict.takeTheirs')}</Button>
    </div>
  );
}
