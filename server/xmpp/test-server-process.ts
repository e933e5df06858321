/** A server to be killed: data folder as argument, prints its address. Only for `durability.test.ts`. */
import { openDatabase } from '../database/open-database.ts';
import { TestAccounts } from './test-accounts.ts';
import { startTestServer } from './test-server.ts';

const database = await openDatabase({ kind: 'folder', folder: process.argv[2] ?? '' });
const server = await startTestServer({ accounts: new TestAccounts(['anna', 'ben']), database });
process.stdout.write(`${server.url}\n`);
