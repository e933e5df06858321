import { expect, it } from 'vitest';
import { recallPlace, rememberPlace } from './window-memory.ts';

const storage = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
};
const place = { area: 'conversations', openPeers: ['ben@demo', 'clara@demo'] } as const;

it('TEL-14 brings the window back to where it was, for the same account alone', () => {
  const kept = storage();
  rememberPlace('anna@demo', place, kept);
  expect(recallPlace('anna@demo', kept)).toEqual(place);
  expect(recallPlace('emma@demo', kept)).toBeNull();
});

it('starts anew where nothing can be read or written', () => {
  expect(recallPlace('anna@demo', storage())).toBeNull();
  expect(recallPlace('anna@demo', { getItem: () => '{"area":' })).toBeNull();
  expect(
    recallPlace('anna@demo', { getItem: () => '{"account":"anna@demo","area":"cellar","openPeers":[]}' }),
  ).toBeNull();
  const full = {
    setItem: () => {
      throw new Error('full');
    },
  };
  expect(() => rememberPlace('anna@demo', place, full)).not.toThrow();
});
