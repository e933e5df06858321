import { expect, test } from 'vitest';
import { splitMessageText } from './message-text.ts';

test('CHA-2 links web and mail addresses and leaves the full stop outside', () => {
  expect(splitMessageText('Siehe https://example.com/a.')).toEqual([
    { kind: 'text', text: 'Siehe ' },
    { kind: 'link', text: 'https://example.com/a', href: 'https://example.com/a' },
    { kind: 'text', text: '.' },
  ]);
});

test('CHA-2 never links a scheme that could run something', () => {
  for (const body of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'vbscript:x'])
    expect(splitMessageText(body)).toEqual([{ kind: 'text', text: body }]);
});

test('CHA-2 makes a telephone number dialable as people write it', () => {
  expect(splitMessageText('Tel. +49 (30) 123-456 bitte')[1]).toEqual({
    kind: 'number',
    text: '+49 (30) 123-456',
    number: '+4930123456',
  });
});

test('CHA-2 loses no character of the message', () => {
  const body = 'a https://b.de, 030 1234567! mailto:c@d.de x';
  expect(
    splitMessageText(body)
      .map((part) => part.text)
      .join(''),
  ).toBe(body);
});

test('CHA-2 takes dates and times for what they are', () => {
  for (const body of ['am 2026-01-05 10:00', '01-05 10:00 Uhr', 'Version 1.02.030405'])
    expect(splitMessageText(body)).toEqual([{ kind: 'text', text: body }]);
});
