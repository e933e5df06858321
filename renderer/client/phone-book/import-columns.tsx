import { useTranslation } from 'react-i18next';
import { csvFields, type CsvField, type FileReading } from '../../../engine/client/phone-book-commands.ts';
import { Select } from '../../ui/select.tsx';
import styles from './import-dialog.module.css';

interface ImportColumnsProps {
  columns: Extract<FileReading, { kind: 'read' }>['file']['columns'];
  onChange: (at: number, field: CsvField) => void;
}

/** Which column of a table holds what; the headings have made a guess. */
export function ImportColumns({ columns, onChange }: ImportColumnsProps) {
  const { t } = useTranslation('phoneBook');
  return (
    <fieldset className={styles.columns}>
      <legend>{t('import.columns')}</legend>
      {columns.map(({ heading, examples, field }, at) => {
        const name = heading || t('import.column', { place: at + 1 });
        return (
          <div key={at} className={styles.column}>
            <span className={styles.heading}>
              <bdi>{name}</bdi>
              <span className={styles.details}>{examples.join(', ')}</span>
            </span>
            <span className={styles.field}>
              <Select
                label={name}
                hidesLabel
                value={field}
                options={csvFields.map((value) => ({ value, text: t(`import.field.${value}`) }))}
                onChange={(chosen) => onChange(at, chosen)}
              />
            </span>
          </div>
        );
      })}
    </fieldset>
  );
}
