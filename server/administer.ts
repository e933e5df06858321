/** `npm run admin -- import FILE`: administration from the command line (SRV-2). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAccountChanges } from './accounts/account-changes.ts';
import { AccountService } from './accounts/account-service.ts';
import { Administration, AdministrationError } from './accounts/administration.ts';
import { createPasswords } from './accounts/passwords.ts';
import { importCompany } from './administration/import-company.ts';
import { readConfig } from './config.ts';
import { claimDataFolder } from './data-folder.ts';
import { openDatabase, type DatabaseLocation } from './database/open-database.ts';
import { EventStore } from './events/event-store.ts';
import { createLogger } from './log.ts';
import { NumberAdministration } from './numbers/number-administration.ts';
import { NumberService } from './numbers/number-service.ts';
import { StartupError } from './startup-error.ts';

const usage = `Usage: npm run admin -- import FILE [--data DIR]

  import FILE   brings a company to what the JSON file says: instance, numbers, roles, users, trunks
                (docs/administration.md); running it again changes nothing more

With the embedded database the server must be stopped; with KONTOR_DATABASE_URL it may run and follows at once.
`;

const run = async (file: string, database: DatabaseLocation): Promise<string> => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new AdministrationError(`${file} cannot be read`);
  });
  const opened = await openDatabase(database);
  try {
    const changes = await createAccountChanges(opened);
    const accounts = new AccountService(opened, changes);
    const report = await importCompany(text, {
      accounts,
      administration: new Administration({
        database: opened,
        accounts,
        changes,
        events: new EventStore(opened),
        passwords: await createPasswords(),
      }),
      numberAdministration: new NumberAdministration(changes),
      numbers: new NumberService(opened, changes, createLogger('error')),
    });
    await changes.close();
    return `${report.instance}: ${report.usersAdded} users added, ${report.usersKept} kept, ${report.trunks} trunks\n`;
  } finally {
    await opened.close();
  }
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { data: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const [command, file, ...more] = positionals;
  if (values.help || command !== 'import' || file === undefined || more.length > 0) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  const read = readConfig(values.data === undefined ? [] : ['--data', values.data], process.env);
  if (read.kind !== 'config') throw new AdministrationError(read.kind === 'refused' ? read.reason : usage);
  const { config } = read;
  if (config.databaseUrl !== null) {
    process.stdout.write(await run(file, { kind: 'postgresql', url: config.databaseUrl }));
    return 0;
  }
  const folder = await claimDataFolder(config.dataFolder);
  try {
    process.stdout.write(await run(file, { kind: 'folder', folder: join(folder.path, 'database') }));
  } finally {
    await folder.release();
  }
  return 0;
};

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof AdministrationError || error instanceof StartupError || error instanceof TypeError;
    process.stderr.write(`${known ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
