import { expect, test } from 'vitest';
import { serverOrigins } from './server-address.ts';

test.each([
  ['kontor.example', ['https://kontor.example']],
  [' Kontor.Example:8443 ', ['https://kontor.example:8443']],
  ['https://kontor.example/path?x', ['https://kontor.example']],
  ['http://10.0.0.5:8080', ['http://10.0.0.5:8080']],
  ['127.0.0.1:8080', ['https://127.0.0.1:8080', 'http://127.0.0.1:8080']],
  ['localhost:8080', ['https://localhost:8080', 'http://localhost:8080']],
  ['127.0.0.1.evil.example', ['https://127.0.0.1.evil.example']],
  ['ftp://kontor.example', []],
  ['https://user:word@kontor.example', []],
  ['two words', []],
  ['', []],
])('SES-1 the server field %j leads to %j', (written, origins) => {
  expect(serverOrigins(written)).toEqual(origins);
});
