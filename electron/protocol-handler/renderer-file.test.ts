import path from 'node:path';
import { expect, it } from 'vitest';
import { rendererFile } from './renderer-file.ts';

const folder = path.resolve('/srv/renderer');
const inside = (name: string): string => path.join(folder, name);

it('serves the start page and the files beside it', () => {
  expect(rendererFile(folder, 'app://kontor/')?.path).toBe(inside('index.html'));
  expect(rendererFile(folder, 'app://kontor/popup.html?x=1#y')?.path).toBe(inside('popup.html'));
  expect(rendererFile(folder, 'app://kontor/assets/a-1.js')).toEqual({
    path: inside('assets/a-1.js'),
    mediaType: 'text/javascript; charset=utf-8',
  });
});

it.each([
  'app://kontor/../secret.json',
  'app://kontor/%2e%2e/secret.json',
  'app://kontor/..%2fsecret.json',
  'app://kontor/a/..%2f..%2fsecret.json',
  'app://kontor/..%5csecret.json',
  'app://kontor/%252e%252e/secret.json',
  'app://kontor/C:/secret.json',
  'app://kontor/a%00.js',
  'app://kontor/%',
  'app://kontor/assets',
  'app://kontor/main.exe',
  'app://other/index.html',
  'app://kontor:80/index.html',
  'file:///etc/passwd',
  'https://kontor/index.html',
  'nonsense',
])('stays inside its folder for %s', (address) => {
  const file = rendererFile(folder, address);
  expect(file === null || file.path.startsWith(folder + path.sep)).toBe(true);
  expect(file?.path.includes('..') ?? false).toBe(false);
});
