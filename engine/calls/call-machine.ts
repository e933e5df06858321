/**
 * The states of one call and what moves it.
 *
 * | state    | progressed | answering | answered | talk facts | ended |
 * | -------- | ---------- | --------- | -------- | ---------- | ----- |
 * | dialing  | dialing    |           | active   |            | ended |
 * | ringing  |            | ringing   | active   |            | ended |
 * | active   |            |           |          | active     | ended |
 * | ended    |            |           |          |            |       |
 *
 * An empty cell: the event changes nothing. Within `active` the hold goes
 * none → pendingHold → held → pendingResume → none; a refused wish goes back to the fact before it.
 */
import type { Call, CallEndReason, CallParty, Talk } from '../state/types.ts';

export type CallEvent =
  | { type: 'partyNamed'; party: CallParty }
  | { type: 'progressed' }
  | { type: 'answering'; answering: boolean }
  | { type: 'answered'; at: number }
  | { type: 'holdWished'; hold: boolean }
  | { type: 'holdSettled'; held: boolean }
  | { type: 'remoteHoldChanged'; held: boolean }
  | { type: 'muteChanged'; muted: boolean }
  | { type: 'linkChanged'; link: Talk['link'] }
  | { type: 'digitSent'; digit: string }
  | { type: 'transferChanged'; transfer: Talk['transfer'] }
  | { type: 'ended'; reason: CallEndReason; at: number };

const longestDigits = 64;

const talkAfter = (talk: Talk, event: CallEvent): Talk => {
  switch (event.type) {
    case 'holdWished':
      if (event.hold) return talk.hold === 'held' ? talk : { ...talk, hold: 'pendingHold' };
      // Taken back: that the transfer failed has been seen.
      return talk.hold === 'none' ? talk : { ...talk, hold: 'pendingResume', transfer: 'none' };
    case 'holdSettled':
      return { ...talk, hold: event.held ? 'held' : 'none' };
    case 'remoteHoldChanged':
      return { ...talk, remoteHold: event.held };
    case 'muteChanged':
      return { ...talk, muted: event.muted };
    case 'linkChanged':
      return talk.link === event.link ? talk : { ...talk, link: event.link };
    case 'transferChanged':
      return { ...talk, transfer: event.transfer };
    case 'digitSent':
      return { ...talk, digits: (talk.digits + event.digit).slice(-longestDigits) };
    default:
      return talk;
  }
};

/** The call after the event; the same object where nothing changes. */
export const callAfter = (call: Call, event: CallEvent): Call => {
  if (call.state === 'ended') return call;
  if (event.type === 'partyNamed') return { ...call, party: event.party };
  const { id, direction, party, startedAt } = call;
  const base = { id, direction, party, startedAt };
  if (event.type === 'ended') {
    const answeredAt = call.state === 'active' ? call.talk.answeredAt : null;
    return { ...base, state: 'ended', reason: event.reason, endedAt: event.at, answeredAt };
  }
  if (call.state === 'active') {
    const talk = talkAfter(call.talk, event);
    return talk === call.talk ? call : { ...call, talk };
  }
  switch (event.type) {
    case 'progressed':
      return call.state === 'dialing' && !call.early ? { ...call, early: true } : call;
    case 'answering':
      return call.state === 'ringing' ? { ...call, answering: event.answering } : call;
    case 'answered':
      return {
        ...base,
        state: 'active',
        talk: {
          answeredAt: event.at,
          muted: false,
          hold: 'none',
          remoteHold: false,
          link: 'good',
          transfer: 'none',
          digits: '',
        },
      };
    default:
      return call;
  }
};

/** What the end of a call that was never answered means (RFC 3261 §21, RFC 3326). */
export const endReasonOfStatus = (status: number, reason?: string): CallEndReason => {
  // Q.850 in the Reason of a response (RFC 6432): what a status alone cannot tell.
  const cause = /Q\.850\s*;\s*cause\s*=\s*(\d+)/i.exec(reason ?? '')?.[1];
  if (cause === '27' || cause === '38' || cause === '41') return 'noLine';
  if (cause === '34') return 'tooManyCalls';
  switch (status) {
    case 486:
    case 600:
      return 'busy';
    case 603:
    case 607:
      return 'rejected';
    case 404:
    case 410:
    case 484:
    case 604:
      return 'notFound';
    case 401:
    case 403:
    case 407:
      return 'forbidden';
    case 408:
      return 'noAnswer';
    case 480:
    case 503:
      return 'unreachable';
    case 487:
      return 'cancelled';
    default:
      return 'failed';
  }
};

/** Why an incoming call stopped ringing, from the Reason header of the CANCEL. */
export const endReasonOfCancel = (reason: string | undefined): CallEndReason => {
  const text = reason ?? '';
  if (/completed elsewhere/i.test(text) || /SIP\s*;\s*cause\s*=\s*200/i.test(text)) return 'answeredElsewhere';
  if (/Q\.850\s*;\s*cause\s*=\s*16\b/i.test(text)) return 'answeredElsewhere';
  return /SIP\s*;\s*cause\s*=\s*60[03]/i.test(text) ? 'rejected' : 'cancelled';
};
