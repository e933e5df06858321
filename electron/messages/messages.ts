import { app, dialog } from 'electron';
import type { Language } from '../../protocol/settings.ts';
import { languageOf, textsOf, type Texts } from '../texts/texts.ts';

/** Says that the settings start anew, and where the damaged file is now. Resolves when it was read. */
export const saySettingsDamaged = async (setAside: string, texts: Texts): Promise<void> => {
  await dialog.showMessageBox({
    type: 'warning',
    title: 'Kontor',
    message: texts.settingsDamaged,
    detail: texts.settingsDamagedHint.replace('{{file}}', setAside),
  });
};

/** Says why there is no start. The settings, and the language in them, cannot be relied on here. */
export const sayFolderUnwritable = async (folder: string, language: Language | null): Promise<void> => {
  await app.whenReady();
  const texts = textsOf(language ?? languageOf('system', app.getPreferredSystemLanguages()));
  dialog.showErrorBox(texts.folderUnwritable, texts.folderUnwritableHint.replace('{{folder}}', folder));
};
