import { expect, it } from 'vitest';
import { readSelection, type Surroundings } from './selection.ts';

/** A machine whose program in front puts `marked` into the clipboard after `pauses` pauses. */
const machine = (marked: string, pauses: number, mayCopy = true) => {
  let content = 'precious';
  let left = Infinity;
  const surroundings: Surroundings = {
    primarySelection: null,
    clipboard: {
      keep: () => {
        const kept = content;
        return Promise.resolve(() => {
          content = kept;
          return Promise.resolve();
        });
      },
      readText: () => Promise.resolve(content),
      clear: () => void (content = ''),
    },
    copy: () => {
      if (!mayCopy) return Promise.reject(new Error('not allowed'));
      left = pauses;
      return Promise.resolve();
    },
    pause: () => {
      left -= 1;
      if (left <= 0) content = marked;
      return Promise.resolve();
    },
  };
  return { surroundings, clipboard: () => content };
};

it('DSK-1 reads the primary selection where there is one, and leaves the clipboard alone', async () => {
  const { surroundings, clipboard } = machine('x', 1);
  expect(await readSelection({ ...surroundings, primarySelection: () => Promise.resolve('0991 123') })).toBe(
    '0991 123',
  );
  expect(clipboard()).toBe('precious');
});

it('DSK-1 copies, waits for the slow program and puts back what was in the clipboard', async () => {
  const { surroundings, clipboard } = machine('0991 123', 5);
  expect(await readSelection(surroundings)).toBe('0991 123');
  expect(clipboard()).toBe('precious');
});

it('DSK-1 gives up where nothing is marked or copying is not allowed, with the clipboard as it was', async () => {
  for (const { surroundings, clipboard } of [machine('', 1), machine('x', 1, false)]) {
    expect(await readSelection(surroundings)).toBe('');
    expect(clipboard()).toBe('precious');
  }
});
