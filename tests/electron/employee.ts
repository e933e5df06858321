/** A person at the real desktop client, with a tone as microphone and an ear that measures what arrives. */
import type { ElectronApplication, Page } from 'playwright-core';
import { installToneAndEar, toneArrives, toneStopped } from '../e2e/colleague.ts';
import { password, tones } from '../e2e/office.ts';
import { crashPage, makeFolders, startDesktop, type Desktop, type Folders, type RevivedPage } from './desktop.ts';

const start = 'app://kontor/';
const toneOf = (name: string): number => tones[name] ?? 1300;

export class Employee {
  readonly name: string;
  readonly tone: number;
  readonly folders: Folders;
  readonly #words: string[];
  #desktop: Desktop | null = null;
  #revived: RevivedPage | null = null;

  private constructor(folders: Folders, name: string, server: string) {
    this.name = name;
    this.tone = toneOf(name);
    this.folders = folders;
    this.#words = [`--server=${server}`, '--lang=en'];
  }

  /** At the client that stands in these folders, started. */
  static async at(folders: Folders, name: string, server: string): Promise<Employee> {
    const employee = new Employee(folders, name, server);
    await employee.startClient();
    return employee;
  }

  /** At the login form of the desktop client. */
  static arrives(name: string, server: string): Promise<Employee> {
    return Employee.at(makeFolders('client', { run: installToneAndEar, argument: toneOf(name) }), name, server);
  }

  /** Logged in, with calls and chat connected; the login is saved unless told otherwise. */
  static async works(name: string, server: string, { saved = true } = {}): Promise<Employee> {
    const employee = await Employee.arrives(name, server);
    await employee.logIn({ saved });
    return employee;
  }

  get app(): ElectronApplication {
    if (this.#desktop === null) throw new Error('The client does not run');
    return this.#desktop.app;
  }

  get page(): Page {
    const page = this.#revived?.page ?? this.#desktop?.page;
    if (page === undefined) throw new Error('The client does not run');
    return page;
  }

  async startClient(words: string[] = []): Promise<void> {
    this.#desktop = await startDesktop(this.folders, [...this.#words, ...words]);
  }

  async quitClient(): Promise<void> {
    await this.#revived?.close();
    this.#revived = null;
    await this.#desktop?.app.close();
    this.#desktop = null;
  }

  /** Logs in; a saved login goes into whatever store the system has. */
  async logIn({ saved = true } = {}): Promise<void> {
    await this.fillLogin(password);
    await this.page.getByText('Save login').setChecked(saved);
    await this.page.getByRole('button', { name: 'Log in', exact: true }).click();
    const weak = this.page.getByRole('button', { name: 'Save anyway' });
    const online = this.page.locator('[data-connection="online"]');
    await weak.or(online).first().waitFor({ state: 'attached' });
    if (await weak.isVisible()) await weak.click();
    await this.isOnline();
  }

  async fillLogin(secret: string): Promise<void> {
    await this.page.getByLabel('User name').fill(this.name);
    await this.page.getByLabel('Password', { exact: true }).fill(secret);
  }

  async isOnline(): Promise<void> {
    await this.page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  }

  /** Kills the window's process and resolves with the client's page as it came back. */
  async crash(): Promise<void> {
    if (this.#desktop === null) throw new Error('The client does not run');
    await this.#revived?.close();
    this.#revived = null;
    this.#revived = await crashPage(this.#desktop, this.folders);
  }

  /** Closes the window as its user does. */
  async closeWindow(): Promise<void> {
    await this.app.evaluate(({ BrowserWindow }, address) => {
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL() === address)
        ?.close();
    }, start);
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  contact(name: string) {
    return this.page.locator(`[data-contact="${name}"]`);
  }

  async hears(frequency: number): Promise<void> {
    await toneArrives(this.page, frequency);
  }

  async hearsNothingOf(frequency: number): Promise<void> {
    await toneStopped(this.page, frequency);
  }

  async leave(): Promise<void> {
    await this.quitClient();
    this.folders.remove();
  }
}
