import { describe, expect, it } from 'vitest';
import { regionalTag, resolveLanguage } from './language.ts';

describe('LAY-7 language', () => {
  it('is the chosen one', () => expect(resolveLanguage('fr', ['de-DE'])).toBe('fr'));
  it('follows the system by the first language that Kontor speaks', () =>
    expect(resolveLanguage('system', ['it-IT', 'nl-BE', 'de'])).toBe('nl'));
  it('writes dates and times as the reader’s region does', () => {
    expect(regionalTag('en', ['de-DE', 'en-GB'])).toBe('en-GB');
    expect(regionalTag('sr', ['de-DE'])).toBe('sr-Latn');
  });
  it('is English where nothing fits', () => expect(resolveLanguage('system', ['ja'])).toBe('en'));
});
