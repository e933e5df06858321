import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { availabilitySchema, type Availability } from '../../../protocol/identity.ts';
import type { Profile } from '../../../protocol/rest.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useCommands } from '../engine-context.tsx';
import styles from './status-text-dialog.module.css';

/** Longest status text the profile takes; see `profileSchema`. */
const maximumLength = 200;

interface StatusTextDialogProps {
  profile: Profile;
  onClose: () => void;
}

/** Edits the three status texts, one per availability (CON-1). Only what changed is sent. */
export function StatusTextDialog({ profile, onClose }: StatusTextDialogProps) {
  const { t } = useTranslation(['contacts', 'errors']);
  const commands = useCommands();
  const [texts, setTexts] = useState(profile.statusTexts);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const save = async (): Promise<void> => {
    setPending(true);
    for (const state of availabilitySchema.options) {
      const text = texts[state].trim();
      if (text === profile.statusTexts[state]) continue;
      const outcome = await commands.setStatusText(state, text);
      if (!outcome.ok) {
        setFailure(t(`${outcome.failure.code}.title`, { ns: 'errors' }));
        setPending(false);
        return;
      }
    }
    onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  const change = (state: Availability) => (text: string) => setTexts((known) => ({ ...known, [state]: text }));
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('profile.textsTitle')}
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button kind="primary" isPending={isPending} onPress={() => void save()}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={submit}>
        {availabilitySchema.options.map((state) => (
          <TextField
            key={state}
            label={t(`availability.${state}`)}
            placeholder={t('profile.textPlaceholder')}
            value={texts[state]}
            onChange={change(state)}
            maxLength={maximumLength}
          />
        ))}
        {/* Enter in a field saves; the visible button stands in the dialog's foot. */}
        <button type="submit" hidden />
      </form>
      {failure !== null && (
        <p className={styles.failure} role="alert">
          {failure}
        </p>
      )}
    </Dialog>
  );
}
