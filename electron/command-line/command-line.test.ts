import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line.ts';

describe('command line of the desktop', () => {
  it('reads every option, with a space or an equals sign', () => {
    const words = ['--server=https://kontor.example/x', '--user', 'anna', '--minimized', '--lang', 'fr'];
    expect(parseCommandLine([...words, '--user-data-dir=/data', '--log-level=warn', '--exec', 'dial,030 12'])).toEqual({
      ok: true,
      commandLine: {
        server: 'https://kontor.example',
        user: 'anna',
        minimized: true,
        language: 'fr',
        userDataDirectory: '/data',
        logLevel: 'warn',
        dialText: '03012',
      },
    });
  });

  it('TEL-18 takes a link as text for the dial field', () => {
    expect(parseCommandLine(['tel:101'])).toMatchObject({ ok: true, commandLine: { dialText: '101' } });
  });

  it.each([
    [['--password=secret'], 'Unknown option --password'],
    [['secret'], 'Unexpected argument'],
    [['--server', 'ftp://x'], 'Wrong or missing value for --server'],
    [['--server', 'https://anna:secret@x'], 'Wrong or missing value for --server'],
    [['--lang', 'xx'], 'Wrong or missing value for --lang'],
    [['--exec', 'rm,101'], 'Wrong or missing value for --exec'],
    [['--user'], 'Wrong or missing value for --user'],
  ])('refuses %j and repeats no value', (words, reason) => {
    expect(parseCommandLine(words)).toEqual({ ok: false, reason });
  });
});
