import type { CallResult } from '../../../protocol/rest.ts';
import { parseAddress, parseUri } from '../message/address.ts';
import { cseq, header, withHeader, type SipHeader, type SipRequest, type SipResponse } from '../message/message.ts';
import type { SipPeer } from '../transport/sip-connection.ts';
import { randomToken, type ClientTransaction, type ServerTransaction, type Transactions } from './transactions.ts';

/** One telephone the call is offered to. */
export interface ForkTarget {
  peer: SipPeer;
  deviceId: string;
  request: SipRequest;
}

export interface ForkListener {
  ringing(): void;
  answered(deviceId: string, response: SipResponse): void;
  failed(results: { caller: CallResult; callee: CallResult }): void;
}

export interface ForkTiming {
  noAnswerMs: number;
  /** How long a call without any telephone left waits for one to come back. */
  reconnectMs: number;
  /** How long cancelled telephones may take to say so. */
  cancelMs: number;
}

/** Why nobody took the call. */
export type Untaken = 'noAnswer' | 'busy' | 'unreachable';

interface Branch {
  deviceId: string;
  transaction: ClientTransaction;
  final: SipResponse | null;
}

type End = 'open' | 'answered' | 'cancelled' | 'noAnswer' | 'declined' | 'done';

/** What a UA says when it will not take the call, best first (RFC 3261 §16.7 step 6). */
const preference = [486, 480, 487, 488, 415, 420, 422, 484, 406];

/**
 * Offers an INVITE to all telephones of a user at once (RFC 3261 §16.7) and sees to it that exactly one final
 * answer goes back.
 *
 *   open -> answered | cancelled | noAnswer | declined -> done
 */
export class Fork {
  readonly #transactions: Transactions;
  readonly #server: ServerTransaction;
  readonly #listener: ForkListener;
  readonly #timing: ForkTiming;
  readonly #via: string;
  readonly #dress: (response: SipResponse) => SipResponse;
  readonly #branches: Branch[] = [];
  #end: End = 'open';
  #noAnswer: NodeJS.Timeout;
  #patience: NodeJS.Timeout | null = null;
  #wrapUp: NodeJS.Timeout | null = null;
  /** Where the call goes when nobody takes it: asked once. */
  divert: ((why: Untaken) => ForkTarget) | null = null;
  /** What is said when the place it was diverted to does not take it either. */
  #undiverted: { end: End; best: SipResponse | null } | null = null;

  constructor(
    server: ServerTransaction,
    transactions: Transactions,
    via: string,
    listener: ForkListener,
    timing: ForkTiming,
    dress: (response: SipResponse) => SipResponse,
  ) {
    this.#server = server;
    this.#transactions = transactions;
    this.#via = via;
    this.#listener = listener;
    this.#timing = timing;
    this.#dress = dress;
    this.#noAnswer = setTimeout(() => this.#giveUp('noAnswer', 'SIP;cause=408;text="No answer"'), timing.noAnswerMs);
    this.#noAnswer.unref();
    server.cancelled = (reason) => this.cancel(reason ?? '');
  }

  get open(): boolean {
    return this.#end === 'open';
  }

  /** Offers the call to one more telephone, also while others ring already. */
  add(target: ForkTarget): void {
    if (this.#end !== 'open') return;
    this.#stopWaiting();
    const branch: Branch = {
      deviceId: target.deviceId,
      final: null,
      transaction: this.#transactions.send(target.request, target.peer, this.#via, (response) =>
        this.#heard(branch, response),
      ),
    };
    this.#branches.push(branch);
  }

  /** The caller gave up. */
  cancel(reason: string): void {
    this.#giveUp('cancelled', reason);
  }

  /** The client that rang there under this contact will not answer: a new one has taken its place. */
  clientGone(deviceId: string, contactUser: string): void {
    for (const branch of this.#branches)
      if (branch.deviceId === deviceId && parseUri(branch.transaction.request.uri)?.user === contactUser)
        this.#transactions.fail(branch.transaction, 408, 'Client is gone');
  }

  /** There is no telephone to offer the call to. */
  nobody(): void {
    this.#finishIfDone(true);
  }

  /** Nobody is there now; wait a moment for somebody to come back. */
  waitForTelephones(): void {
    if (this.#end !== 'open' || this.#patience !== null) return;
    this.#patience = setTimeout(() => this.#finishIfDone(true), this.#timing.reconnectMs);
    this.#patience.unref();
  }

  #heard(branch: Branch, response: SipResponse): void {
    if (response.status < 200) {
      if (this.#end !== 'open') return;
      if (response.status === 180 || response.status === 183) this.#listener.ringing();
      this.#transactions.respond(this.#server, this.#dress(response));
      return;
    }
    if (response.status < 300) {
      branch.final = response;
      if (this.#end === 'done') {
        this.#sendAway(branch, response);
        return;
      }
      const first = this.#end !== 'answered';
      this.#end = 'answered';
      this.#stop();
      if (first) {
        this.#listener.answered(branch.deviceId, response);
        this.#cancelOthers(branch, 'SIP;cause=200;text="Call completed elsewhere"');
      }
      this.#transactions.respond(this.#server, this.#dress(response));
      return;
    }
    branch.final ??= response;
    if (response.status >= 600 && this.#end === 'open') {
      this.#end = 'declined';
      this.#cancelOthers(branch, `SIP;cause=${response.status};text="Declined elsewhere"`);
      this.#wrapUpLater();
    }
    this.#finishIfDone(false);
  }

  /** Answered after the caller had been told otherwise: nobody else would end that dialog. */
  #sendAway({ transaction }: Branch, response: SipResponse): void {
    const { number } = cseq(transaction.request);
    const uri = parseAddress(header(response, 'Contact') ?? '')?.uri ?? transaction.request.uri;
    const fields = (method: string, sequence: number): SipHeader[] => [
      { name: 'Max-Forwards', value: '70' },
      ...response.headers.filter(({ name }) => ['From', 'To', 'Call-ID'].includes(name)),
      { name: 'CSeq', value: `${sequence} ${method}` },
    ];
    const request = (method: string, extra: SipHeader[]): SipRequest => ({
      kind: 'request',
      method,
      uri,
      headers: extra,
      body: Buffer.alloc(0),
    });
    const { peer } = transaction;
    const via = { name: 'Via', value: `SIP/2.0/${peer.transport} ${this.#via};branch=z9hG4bK${randomToken()}` };
    peer.send(request('ACK', [via, ...fields('ACK', number)]));
    this.#transactions.send(request('BYE', fields('BYE', number + 1)), peer, this.#via, () => undefined);
  }

  #giveUp(end: 'cancelled' | 'noAnswer', reason: string): void {
    if (this.#end !== 'open') return;
    this.#end = end;
    this.#stop();
    this.#cancelOthers(null, reason);
    this.#wrapUpLater();
    this.#finishIfDone(false);
  }

  #cancelOthers(but: Branch | null, reason: string): void {
    for (const branch of this.#branches)
      if (branch !== but && branch.final === null) this.#transactions.cancel(branch.transaction, reason);
  }

  /** Telephones that do not confirm their CANCEL must not keep the caller waiting. */
  #wrapUpLater(): void {
    this.#wrapUp = setTimeout(() => this.#finishIfDone(true), this.#timing.cancelMs).unref();
  }

  #finishIfDone(now: boolean): void {
    if (this.#end === 'answered' || this.#end === 'done') return;
    if (!now && this.#branches.some((branch) => branch.final === null)) return;
    if (this.#end === 'open' && !now && this.#branches.every(isLost)) {
      this.waitForTelephones();
      return;
    }
    if (this.#diverted()) return;
    const { end, best } = (this.#end === 'cancelled' ? null : this.#undiverted) ?? {
      end: this.#end,
      best: this.#best(),
    };
    this.#end = 'done';
    this.#stop();
    if (end === 'cancelled') this.#refuse(487, 'Request Terminated');
    // As after timer C (RFC 3261 §16.8): the caller can tell it from a telephone that is not there (480).
    else if (end === 'noAnswer') this.#refuse(408, 'Request Timeout');
    else if (best === null) this.#refuse(480, 'Temporarily Unavailable');
    else this.#transactions.respond(this.#server, this.#dress(best));
    this.#listener.failed(resultsOf(end, best));
  }

  #diverted(): boolean {
    const best = this.#best();
    const why = untaken(this.#end, best);
    const divert = this.divert;
    this.divert = null;
    if (why === null || divert === null) return false;
    this.#undiverted = { end: this.#end, best };
    this.#stop();
    // What the telephones said is past; a late answer of one still counts.
    this.#branches.length = 0;
    this.#end = 'open';
    this.add(divert(why));
    return true;
  }

  #refuse(status: number, reason: string): void {
    this.#transactions.refuse(this.#server, status, reason);
  }

  #best(): SipResponse | null {
    const finals = this.#branches.filter((branch) => !isLost(branch)).flatMap(({ final }) => final ?? []);
    const rank = ({ status }: SipResponse): number => {
      if (status >= 600) return -1;
      const preferred = preference.indexOf(status);
      return preferred >= 0 ? preferred : status;
    };
    const best = finals.toSorted((one, other) => rank(one) - rank(other))[0];
    // 503 would keep the caller from this server altogether (RFC 3261 §16.7).
    return best?.status === 503 ? { ...best, status: 500, reason: 'Server Internal Error' } : (best ?? null);
  }

  #stopWaiting(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #stop(): void {
    clearTimeout(this.#noAnswer);
    if (this.#wrapUp !== null) clearTimeout(this.#wrapUp);
    this.#stopWaiting();
  }
}

/** `null`: somebody decided not to take it, or the caller gave up. */
const untaken = (end: End, best: SipResponse | null): Untaken | null => {
  if (end === 'noAnswer') return 'noAnswer';
  if (end !== 'open') return null;
  if (best === null || best.status === 480) return 'unreachable';
  if (best.status === 408) return 'noAnswer';
  return best.status === 486 ? 'busy' : null;
};

/** The telephone's connection broke before it answered: says nothing about the person. */
const isLost = ({ transaction, final }: Branch): boolean =>
  final?.status === 408 && (!transaction.peer.open || final.reason === 'Client is gone');

/** What the journal says of a call that was not answered. */
export const resultsOf = (
  end: End,
  best: Pick<SipResponse, 'status'> | null,
): { caller: CallResult; callee: CallResult } => {
  if (end === 'cancelled') return { caller: 'cancelled', callee: 'missed' };
  if (end === 'noAnswer') return { caller: 'missed', callee: 'missed' };
  const status = best?.status ?? 0;
  if (status === 486 || status === 600) return { caller: 'busy', callee: 'missed' };
  if (status === 603 || status === 403 || status === 480 || status === 607)
    return { caller: 'rejected', callee: 'rejected' };
  if (status === 408) return { caller: 'missed', callee: 'missed' };
  return { caller: 'failed', callee: 'missed' };
};

/** The response with the headers of ours: the caller's own From again, and who really answers. */
export const dressed = (response: SipResponse, from: string, identity: string): SipResponse => {
  const kept = response.headers.filter(
    ({ name }) => !['P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-Id'].includes(name),
  );
  return {
    ...response,
    headers: [...withHeader(kept, 'From', from), { name: 'P-Asserted-Identity', value: identity }],
  };
};
