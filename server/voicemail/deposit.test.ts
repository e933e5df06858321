import { expect, test } from 'vitest';
import type { Account } from '../accounts/accounts.ts';
import type { Recording, VoiceSession } from '../media/media-port.ts';
import { deposit } from './deposit.ts';
import type { Mailboxes } from './mailboxes.ts';

const owner: Account = {
  userId: 'u-ben',
  instanceId: 'demo',
  domain: 'demo.example',
  username: 'ben',
  name: 'Ben',
  extension: '102',
};

test('VOI-1 a caller who hangs up while speaking is let go when the message is stored, not before', async () => {
  const recorded = Promise.withResolvers<Recording>();
  const recording = Promise.withResolvers<undefined>();
  const stored = Promise.withResolvers<boolean>();
  const steps: string[] = [];
  const session: VoiceSession = {
    answer: async () => '',
    close: async () => void steps.push('closed'),
    play: async () => 'played',
    stopPlaying: () => undefined,
    record: () => {
      recording.resolve(undefined);
      return recorded.promise;
    },
    stopRecording: () => recorded.resolve({ law: 'PCMA', audio: Buffer.alloc(8_000), voicedMs: 1_000, end: 'stopped' }),
  };
  const mailboxes = {
    greeting: async () => null,
    add: () => {
      steps.push('storing');
      return stored.promise;
    },
  } as unknown as Mailboxes;
  const call = deposit({
    mailboxes,
    owner,
    caller: { callId: 'c', name: 'Anna', number: '101', domain: 'demo.example', uri: '' },
    callerUser: null,
    limits: { longestMs: 10_000, shortestMs: 300, silenceMs: 1_000 },
    session,
    now: () => new Date(0),
    hangUp: () => steps.push('hung up'),
    left: (message) => steps.push(`left ${message}`),
  });
  call.established();
  await recording.promise;
  const ended = call.end().then(() => steps.push('ended'));
  await new Promise(setImmediate);
  expect(steps).toEqual(['storing']);
  stored.resolve(true);
  await ended;
  expect(steps).toEqual(['storing', 'left true', 'closed', 'ended']);
});
