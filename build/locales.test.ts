import { describe, expect, it } from 'vitest';
import { compareTexts, literalKeys } from './locales.ts';

describe('locale completeness', () => {
  it('finds a text that one language lacks', () =>
    expect(compareTexts('chat', { de: { send: 'Senden' }, en: {} })).toEqual(['en/chat: send is missing']));
  it('finds a placeholder that differs', () =>
    expect(compareTexts('chat', { de: { to: 'An {{name}}' }, en: { to: 'To {{nome}}' } })).toHaveLength(1));
  it('wants each language’s own plural forms', () =>
    expect(
      compareTexts('chat', {
        de: { new_one: 'eine', new_other: '{{count}}' },
        sr: { new_one: 'jedna', new_other: '{{count}}' },
      }),
    ).toEqual(['sr/chat: new_few is missing']));
  it('reads the keys that code asks for', () =>
    expect(literalKeys("t('a.b'); t(\n 'c', { count }); part('d')")).toEqual(['a.b', 'c']));
});
