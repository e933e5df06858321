import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import { createAccountChanges, type AccountChanges } from '../accounts/account-changes.ts';
import { createLogger } from '../log.ts';
import { NumberService } from '../numbers/number-service.ts';
import { importCompany } from './import-company.ts';

let server: TestServer;
let changes: AccountChanges;
beforeAll(async () => {
  server = await startTestServer();
  changes = await createAccountChanges(server.database);
});
afterAll(async () => {
  await changes.close();
  await server.close();
});

const company = {
  instance: { slug: 'wien', name: 'Wien GmbH' },
  numbers: { country: 'AT', areaCode: '1', ownNumbers: [{ prefix: '+4315123', main: '10' }] },
  roles: [
    { name: 'Empfang', sees: ['Empfang', 'Technik'], picksUp: ['Technik'], calling: { foreign: ['DE'] } },
    { name: 'Technik', sees: ['Technik'] },
  ],
  users: [
    { username: 'franz', name: 'Franz Huber', extension: '10', role: 'Empfang', password: 'sehr-geheim' },
    { username: 'resi', name: 'Resi Moser', extension: '11', role: 'Technik', password: 'auch-geheim' },
  ],
  trunks: [{ id: 'provider', host: 'sip.provider.example', account: { user: 'wien', password: 'geheim' } }],
  incoming: [{ number: '+431999', to: '11' }],
};
const read = () => new NumberService(server.database, changes, createLogger('silent'));
const run = (value: unknown) =>
  importCompany(typeof value === 'string' ? value : JSON.stringify(value), { ...server, numbers: read() });

it('SRV-2 a file sets up a company; twice changes nothing more', async () => {
  expect(await run(company)).toEqual({ instance: 'wien', usersAdded: 2, usersKept: 0, trunks: 1 });
  expect(await run(company)).toEqual({ instance: 'wien', usersAdded: 0, usersKept: 2, trunks: 1 });
  const franz = (await server.accounts.userByName('franz', 'wien.kontor.internal'))!;
  const resi = (await server.accounts.userByName('resi', 'wien.kontor.internal'))!;
  const numbers = read();
  expect(await numbers.planOf(franz.instanceId)).toMatchObject({ country: 'AT', areaCode: '1' });
  expect(await numbers.rulesOf(franz.userId)).toMatchObject({ foreign: ['DE'], premium: false });
  expect(await numbers.mayPickUp(franz.userId, resi.userId)).toBe(true);
  expect(await numbers.mayPickUp(resi.userId, franz.userId)).toBe(false);
  expect((await server.accounts.visibleTo(resi.userId)).map(({ username }) => username)).toEqual(['resi']);
  expect(await numbers.dialStringOf(franz.instanceId, '+431999')).toBe('11');
  await run({ ...company, trunks: [] });
  expect((await read().trunks()).filter(({ instanceId }) => instanceId === franz.instanceId)).toEqual([]);
});

it.each([
  ['{', 'not JSON'],
  [{ ...company, unknown: 1 }, 'nrecognized'],
  [{ ...company, numbers: { country: 'Austria' } }, 'numbers.country'],
  [{ ...company, trunks: [{ id: 'x', host: 'a b' }] }, 'trunks.0.host'],
  [{ ...company, roles: [{ name: 'Empfang', calling: { perHour: -1 } }] }, 'roles.0.calling.perHour'],
])('SRV-2 what is wrong in a file is said in one line: %j', async (value, reason) => {
  await expect(run(value)).rejects.toThrow(reason);
});
