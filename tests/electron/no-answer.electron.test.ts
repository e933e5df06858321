import { afterEach, beforeEach, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../server/server.ts';
import { Colleague } from '../e2e/colleague.ts';
import { logIn, tones } from '../e2e/office.ts';
import { button, dial } from './doing.ts';
import { Employee } from './employee.ts';

let server: RunningServer;
let anna: Employee;
let ben: Colleague;

beforeEach(async () => {
  // Patience of a second in place of the usual minute.
  server = await startServer({ demo: true, noAnswerSeconds: 1 });
  const url = `http://127.0.0.1:${server.port}`;
  anna = await Employee.works('anna', url);
  ben = await Colleague.at(url, { name: 'ben', frequency: tones['ben'] ?? 0, locale: 'en-GB' });
  await logIn(ben);
});
afterEach(async () => {
  await ben.close();
  await anna.leave();
  await server.close();
});

it('TEL-3 tells the desktop that nobody answered, and the other side that a call was missed', async () => {
  await dial(anna, '102');
  await button(ben, 'Accept').first().waitFor();
  await anna.page.getByText('No answer').first().waitFor();
  await ben.page.getByText('Missed call').first().waitFor();
  expect(await button(ben, 'Accept').count()).toBe(0);
});
