import { describe, expect, it } from 'vitest';
import { dialTextOfLink } from './link.ts';

describe('links from other programs', () => {
  it.each([
    ['tel:+49-30-123456', '+4930123456'],
    ['tel:+49%20(30)%20123;ext=4', '+4930123'],
    ['callto:101', '101'],
    ['SIP:anna@example.org?subject=x', 'anna@example.org'],
  ])('TEL-18 reads %s as %s', (link, text) => {
    expect(dialTextOfLink(link)).toBe(text);
  });

  it.each(['tel:', 'tel:%', 'tel:anna@example.org', 'https://example.org', 'sip:a b@c', `tel:${'1'.repeat(300)}`])(
    'TEL-18 refuses %s',
    (link) => {
      expect(dialTextOfLink(link)).toBeNull();
    },
  );
});
