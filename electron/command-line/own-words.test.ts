import { expect, it } from 'vitest';
import { ownWords } from './own-words.ts';

it('takes the words after the program', () => {
  const words = ['/opt/Kontor/kontor', '--no-sandbox', '--minimized', '--user', 'anna', 'tel:101'];
  expect(ownWords(words, { packaged: true, folder: '/opt/Kontor/resources/app.asar' })).toEqual([
    '--minimized',
    '--user',
    'anna',
    'tel:101',
  ]);
});

it('takes the words after the folder where it runs unpackaged', () => {
  const words = ['/dist/electron', '--inspect=0', '--remote-debugging-port=0', '/kontor', '--disable-gpu', 'tel:101'];
  expect(ownWords(words, { packaged: false, folder: '/kontor' })).toEqual(['tel:101']);
});

it('leaves mistyped options to be refused', () => {
  expect(ownWords(['kontor', '--pasword=x'], { packaged: true, folder: '/x' })).toEqual(['--pasword=x']);
});
