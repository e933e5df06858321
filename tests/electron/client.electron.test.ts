/** The login form of the real desktop client. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Office, password } from '../e2e/office.ts';
import { button } from './doing.ts';
import { Employee } from './employee.ts';

let office: Office;
let anna: Employee;

beforeAll(async () => {
  office = await Office.open();
});
afterAll(async () => {
  await office.close();
});
afterEach(async () => {
  await anna.leave();
});

it('SES-1 logs in to the server it was started with and shows the contacts, within its content security policy', async () => {
  anna = await Employee.arrives('anna', office.url);
  const violations: string[] = [];
  anna.page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) violations.push(message.text());
  });
  expect(await anna.page.getByRole('textbox', { name: 'Server' }).inputValue()).toBe(office.url);
  await anna.logIn();
  await anna.page.getByText(/^Ben/).first().waitFor();
  expect(violations).toEqual([]);
});

it('SES-3 names a wrong password, an unknown server and a server that is down, and loses nothing of what was typed', async () => {
  anna = await Employee.arrives('anna', office.url);
  const server = anna.page.getByRole('textbox', { name: 'Server' });
  const answered = async (address: string, secret: string, message: string): Promise<void> => {
    await anna.fillLogin(secret);
    await server.fill(address);
    await anna.page.getByText('Save login').setChecked(false);
    await button(anna, 'Log in').click();
    await anna.page.getByText(message).waitFor();
    expect(await anna.page.getByLabel('User name').inputValue()).toBe('anna');
    expect(await server.inputValue()).toBe(address);
  };
  await answered(office.url, 'not-the-password', 'Wrong user name or password');
  await answered('http://127.0.0.1:9', password, 'The server does not answer');
  await answered('no-such-server.invalid', password, 'Server not found');
  await server.fill(office.url);
  await button(anna, 'Log in').click();
  await anna.isOnline();
});
