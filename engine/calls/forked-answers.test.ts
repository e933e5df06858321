import { expect, it } from 'vitest';
import { createForkedAnswers } from './forked-answers.ts';

const answer = (tag: string, extra: string[] = []): string =>
  [
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/WSS page.invalid;branch=z9hG4bKinvite',
    'Record-Route: <sip:first;lr>',
    'Record-Route: <sip:second;lr>',
    'From: <sip:101@demo>;tag=ours',
    `To: <sip:102@demo>;tag=${tag}`,
    'Call-ID: call',
    'CSeq: 7 INVITE',
    `Contact: "Ben" <sip:${tag}@phone;transport=tcp>`,
    ...extra,
    '',
    'v=0',
  ].join('\r\n');

it('TEL-2 leaves the answer that counts and its repetitions alone', () => {
  const answers = createForkedAnswers(() => 'z9hG4bKnew');
  expect(answers.refusalOf(answer('one'))).toBeNull();
  expect(answers.refusalOf(answer('one'))).toBeNull();
  expect(answers.refusalOf(answer('two').replace('200 OK', '180 Ringing'))).toBeNull();
  expect(answers.refusalOf(answer('two').replace('7 INVITE', '7 UPDATE'))).toBeNull();
});

it('TEL-2 acknowledges and hangs up a second answer in its own dialog, along its own route', () => {
  const answers = createForkedAnswers(() => 'z9hG4bKnew');
  answers.refusalOf(answer('one'));
  const [ack = '', bye = ''] = answers.refusalOf(answer('two')) ?? [];
  expect(ack.split('\r\n')).toEqual([
    'ACK sip:two@phone;transport=tcp SIP/2.0',
    'Via: SIP/2.0/WSS page.invalid;branch=z9hG4bKnew',
    'Max-Forwards: 70',
    'Route: <sip:second;lr>',
    'Route: <sip:first;lr>',
    'From: <sip:101@demo>;tag=ours',
    'To: <sip:102@demo>;tag=two',
    'Call-ID: call',
    'CSeq: 7 ACK',
    'Content-Length: 0',
    '',
    '',
  ]);
  expect(bye).toContain('BYE sip:two@phone;transport=tcp SIP/2.0');
  expect(bye).toContain('CSeq: 8 BYE');
});
