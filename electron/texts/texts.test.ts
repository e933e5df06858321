import { expect, it } from 'vitest';
import { languageSchema } from '../../protocol/settings.ts';
import { languageOf, textsOf } from './texts.ts';

it('speaks the chosen language, or the first of the system it knows (LAY-7)', () => {
  expect(languageOf('bar', ['en-US'])).toBe('bar');
  expect(languageOf('system', ['es-ES', 'sr-Latn-RS', 'en'])).toBe('sr');
  expect(languageOf('system', ['es-ES'])).toBe('en');
});

it('has every text in every language (LAY-7)', () => {
  for (const language of languageSchema.options) {
    const texts = textsOf(language);
    expect(Object.values(texts).every((text) => text.trim() !== '')).toBe(true);
    expect(texts.unread).toContain('{{count}}');
  }
});
