/** Start of the desktop: reads the command line, makes sure to be the only one, then opens what there is. */
import { app } from 'electron';
import { parseCommandLine, type CommandLine } from './command-line/command-line.ts';
import { ownWords } from './command-line/own-words.ts';
import { prepareDataFolder } from './data-folder/data-folder.ts';
import { openDesktop } from './desktop.ts';
import { sayFolderUnwritable } from './messages/messages.ts';
import { registerAppScheme } from './protocol-handler/app-protocol.ts';
import { denyByDefault } from './security/hardening.ts';
import { claimSingleInstance } from './single-instance/single-instance.ts';

const refuse = (reason: string): void => {
  process.stderr.write(`${reason}\n`);
  app.exit(2);
};

const start = (commandLine: CommandLine, words: string[]): void => {
  app.setName('Kontor');
  if (commandLine.userDataDirectory !== null) app.setPath('userData', commandLine.userDataDirectory);
  const folder = app.getPath('userData');
  const prepared = prepareDataFolder(folder);
  if (!prepared.ok) {
    process.stderr.write(`Kontor cannot start: the data folder ${folder} cannot be written to (${prepared.code})\n`);
    void sayFolderUnwritable(folder, commandLine.language).then(() => app.exit(1));
    return;
  }
  const starts = claimSingleInstance(words);
  if (starts === null) return app.exit(0);
  registerAppScheme();
  denyByDefault();
  void app.whenReady().then(() => openDesktop(commandLine, starts));
};

const words = ownWords(process.argv, { packaged: app.isPackaged, folder: app.getAppPath() });
const read = parseCommandLine(words);
if (read.ok) start(read.commandLine, words);
else refuse(read.reason);
