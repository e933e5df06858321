/** What people do with the client, the same in the desktop and in a browser. */
import type { Page } from 'playwright-core';

interface Person {
  readonly page: Page;
  hears(frequency: number): Promise<void>;
}

export const button = ({ page }: { page: Page }, name: string) => page.getByRole('button', { name, exact: true });
export const contact = ({ page }: { page: Page }, name: string) => page.locator(`[data-contact="${name}"]`);

export const dial = async ({ page }: { page: Page }, number: string): Promise<void> => {
  const field = page.getByLabel('Number or name');
  await field.fill(number);
  await field.press('Enter');
};

export const accept = (person: { page: Page }): Promise<void> => button(person, 'Accept').first().click();

/** Resolves when each hears the other's tone. */
export const bothHear = async (one: Person, onesTone: number, other: Person, othersTone: number): Promise<void> => {
  await Promise.all([one.hears(othersTone), other.hears(onesTone)]);
};

export const write = async ({ page }: { page: Page }, to: string, text: string): Promise<void> => {
  const field = page.getByLabel(`Message ${to}`);
  await field.fill(text);
  await field.press('Enter');
};
