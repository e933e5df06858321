import type { UserId } from '../../../protocol/identity.ts';
import type { CallKind, CallResult } from '../../../protocol/rest.ts';
import type { CallRecord, CallRecorder } from '../../journal/call-recorder.ts';
import type { Logger } from '../../log.ts';

/** A side of a call. An application of the server has no user and gets no row. */
export interface Party {
  userId: UserId | null;
  deviceId: string | null;
  name: string | null;
  number: string;
  /** Default: `call`. */
  kind?: CallKind;
}

/** What the proxy must know of the dialog to end it by itself. */
export interface DialogEnds {
  callId: string;
  caller: { address: string; target: string; sequence: number };
  callee: { address: string; target: string; sequence: number };
}

export interface Call {
  readonly key: string;
  readonly caller: Party;
  /** Changes when a colleague picks the call up. */
  callee: Party;
  readonly startedAt: Date;
  answeredAt: Date | null;
  /** Whether the callee's telephones ring (180). */
  ringing: boolean;
  dialog: DialogEnds | null;
  /** The side that has handed the other one on (REFER), once somebody answered there. */
  transferredBy: 'caller' | 'callee' | null;
  /** User of the contact that called. */
  readonly callerContact: string;
  /** Ends the attempt while nobody has answered. */
  giveUp: (() => void) | null;
  /** Set when the callee's mailbox has the call: whether there is a message, which is known a moment after its end. */
  mailbox: (() => Promise<boolean>) | null;
}

type Row = Omit<CallRecord, 'result' | 'endedAt'>;

/**
 * The calls that run now, and their rows in the journal: noted at the start and at the answer, ended exactly once.
 *
 *   calling -> ringing -> answered -> ended;  calling | ringing -> ended
 *
 * Calls that a former run of the server left open wait here until a request in their dialog revives them.
 */
export class CallBook {
  readonly #recorder: CallRecorder;
  readonly #log: Logger;
  readonly #calls = new Map<string, Call>();
  readonly #orphans = new Map<string, Row[]>();
  #writing = new Map<string, Promise<void>>();
  changed: (userIds: UserId[]) => void = () => undefined;

  constructor(recorder: CallRecorder, log: Logger) {
    this.#recorder = recorder;
    this.#log = log;
  }

  get size(): number {
    return this.#calls.size;
  }

  all(): Call[] {
    return [...this.#calls.values()];
  }

  ofUser(userId: UserId): Call[] {
    return this.all().filter((call) => call.caller.userId === userId || call.callee.userId === userId);
  }

  byKey(key: string): Call | undefined {
    return this.#calls.get(key);
  }

  byCallId(callId: string): Call | undefined {
    return this.all().find((call) => call.dialog?.callId === callId);
  }

  /** Takes the calls of the former run. */
  async load(): Promise<void> {
    for (const row of await this.#recorder.runningCalls())
      this.#orphans.set(row.callKey, [...(this.#orphans.get(row.callKey) ?? []), row]);
  }

  start(call: Call): void {
    this.#calls.set(call.key, call);
    this.#note(call);
    this.#announce(call);
  }

  rings(call: Call): void {
    if (call.ringing || call.answeredAt !== null) return;
    call.ringing = true;
    this.#announce(call);
  }

  /** A colleague takes the call while it rings: it was never the callee's (JOU-1). */
  pickedUp(call: Call, by: Party, at: Date): void {
    const before = call.callee;
    const [, incoming] = rowsOf(call);
    if (incoming !== null)
      this.#write(call.key, () => this.#recorder.callEnded({ ...incoming, result: 'takenByColleague', endedAt: at }));
    call.callee = by;
    if (before.userId !== null) this.changed([before.userId]);
  }

  answered(call: Call, deviceId: string, at: Date): void {
    if (call.answeredAt !== null) return;
    call.answeredAt = at;
    call.callee.deviceId = deviceId;
    call.giveUp = null;
    this.#note(call);
    this.#announce(call);
  }

  /** A second report of the same call changes nothing. */
  ended(call: Call, results: { caller: CallResult; callee: CallResult }, endedAt: Date): void {
    if (!this.#calls.delete(call.key)) return;
    const [outgoing, incoming] = rowsOf(call);
    const { mailbox } = call;
    const caller = mailbox !== null && call.answeredAt !== null ? 'voicemail' : results.caller;
    const callee = async (): Promise<CallResult> => {
      if (mailbox === null) return results.callee;
      return (await mailbox()) ? 'voicemail' : 'missed';
    };
    if (outgoing !== null)
      this.#write(call.key, () => this.#recorder.callEnded({ ...outgoing, result: caller, endedAt }));
    if (incoming !== null)
      this.#write(call.key, async () => this.#recorder.callEnded({ ...incoming, result: await callee(), endedAt }));
    this.#announce(call);
  }

  /** Takes a call of the former run up again when one of its parties is heard of; `undefined`: it has ended. */
  revive(key: string, caller: Party, callee: Party): Call | undefined {
    const rows = this.#orphans.get(key);
    if (rows === undefined) return this.#calls.get(key);
    this.#orphans.delete(key);
    const outgoing = rows.find((row) => row.direction === 'outgoing');
    const incoming = rows.find((row) => row.direction === 'incoming');
    const known = outgoing ?? incoming;
    if (known === undefined) return undefined;
    const call: Call = {
      key,
      caller: { ...caller, name: incoming?.partyName ?? null, number: incoming?.number ?? '' },
      callee: { ...callee, name: outgoing?.partyName ?? null, number: outgoing?.number ?? '' },
      startedAt: known.startedAt,
      answeredAt: known.answeredAt ?? known.startedAt,
      ringing: false,
      dialog: null,
      transferredBy: null,
      callerContact: '',
      giveUp: null,
      mailbox: null,
    };
    this.#calls.set(key, call);
    this.#announce(call);
    return call;
  }

  /** Closes what nobody has taken up again; the last time known of it is its end. */
  endOrphans(): void {
    for (const [key, rows] of this.#orphans)
      for (const row of rows) {
        const unanswered: CallResult = row.direction === 'incoming' ? 'missed' : 'failed';
        const result = row.answeredAt === null ? unanswered : 'answered';
        this.#write(key, () => this.#recorder.callEnded({ ...row, result, endedAt: row.answeredAt ?? row.startedAt }));
      }
    this.#orphans.clear();
  }

  /** Resolves when what is known of this call so far is durable, or could not be written. */
  async noted(call: Call): Promise<void> {
    await this.#writing.get(call.key);
  }

  /** Resolves when all rows so far are written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  #note(call: Call): void {
    const rows = rowsOf(call).filter((row) => row !== null);
    this.#write(call.key, () => this.#recorder.callProgressed(...rows));
  }

  #announce(call: Call): void {
    this.changed([call.caller.userId, call.callee.userId].filter((userId) => userId !== null));
  }

  /** Rows of one call are written one after the other. */
  #write(key: string, write: () => Promise<void>): void {
    const next = (this.#writing.get(key) ?? Promise.resolve())
      .then(write)
      .catch((error: unknown) => this.#log.error({ error, callKey: key }, 'journal row not written'))
      .finally(() => {
        if (this.#writing.get(key) === next) this.#writing.delete(key);
      });
    this.#writing.set(key, next);
  }
}

const rowsOf = (call: Call): [Row | null, Row | null] => {
  const { caller, callee } = call;
  const shared = { callKey: call.key, startedAt: call.startedAt, answeredAt: call.answeredAt };
  const row = (own: Party, other: Party, direction: 'incoming' | 'outgoing'): Row | null =>
    own.userId === null
      ? null
      : {
          ...shared,
          // To the callee a call that the mailbox answered is one that nobody answered.
          answeredAt: direction === 'incoming' && call.mailbox !== null ? null : call.answeredAt,
          userId: own.userId,
          direction,
          partyUserId: other.userId,
          partyName: other.name,
          number: other.number,
          details: {
            ...(own.deviceId === null || (own === callee && call.mailbox !== null) ? {} : { deviceId: own.deviceId }),
            ...(other.kind === undefined ? {} : { kind: other.kind }),
          },
        };
  // A call to oneself is one call of one user: one row.
  return [row(caller, callee, 'outgoing'), callee.userId === caller.userId ? null : row(callee, caller, 'incoming')];
};
