import { Ellipsis, FileDown, FileUp } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportFormat } from '../../../engine/client/phone-book-commands.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { UndoBar } from '../../ui/undo-bar.tsx';
import { useCommands } from '../engine-context.tsx';
import { ImportDialog } from './import-dialog.tsx';
import type { ListSearch } from './use-phone-book-list.ts';

const formats: readonly ExportFormat[] = ['vcard4', 'vcard3', 'csv'];

/** Import, and export of what the list shows (PHB-4). */
export function FileMenu({ search }: { search: ListSearch }) {
  const { t } = useTranslation(['phoneBook', 'errors']);
  const { phoneBook } = useCommands();
  const [isImporting, setImporting] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const save = async (format: ExportFormat): Promise<void> => {
    const answer = await phoneBook.exportFile(search, format);
    if (!answer.ok) {
      setFailure(t(`${answer.failure.code}.title`, { ns: 'errors' }));
      return;
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(answer.value);
    link.download = `${t('title')}.${format === 'csv' ? 'csv' : 'vcf'}`;
    link.click();
    // The browser has taken the file over with the click; the address is let go when it surely has.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  return (
    <>
      <Menu
        label={t('fileMenu')}
        placement="bottom end"
        trigger={<IconButton label={t('fileMenu')} icon={<Ellipsis />} />}
      >
        <MenuItem icon={<FileUp aria-hidden />} onAction={() => setImporting(true)}>
          {t('import.open')}
        </MenuItem>
        <MenuSeparator />
        {formats.map((format) => (
          <MenuItem key={format} icon={<FileDown aria-hidden />} onAction={() => void save(format)}>
            {t(`export.${format}`)}
          </MenuItem>
        ))}
      </Menu>
      {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
      {failure !== null && <UndoBar text={failure} closeLabel={t('close')} onClose={() => setFailure(null)} />}
    </>
  );
}
