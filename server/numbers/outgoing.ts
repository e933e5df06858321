/** Whether a call may leave the house (SRV-7). The same answer for a dialled number, a transfer and a diversion. */
import type { UserId } from '../../protocol/identity.ts';
import type { DialTarget } from '../../numbers/dial.ts';
import type { CallingRules } from './numbers.ts';

export type Outside = Extract<DialTarget, { kind: 'emergency' | 'service' | 'outside' }>;

/** As Q.850 counts causes, which every telephone and PBX can show (RFC 3326). */
export interface Barred {
  cause: 34 | 52;
  reason: string;
}

export const barredBy = (target: Outside, rules: CallingRules): Barred | null => {
  switch (target.kind) {
    case 'emergency':
      return null;
    case 'service':
      return target.premium && !rules.premium ? premiumBarred : null;
    case 'outside':
      if (target.sort === 'premium' && !rules.premium) return premiumBarred;
      if (!target.foreign || rules.foreign === 'all' || target.sort === 'free') return null;
      if (rules.foreign === 'none') return foreignBarred;
      return target.country !== null && rules.foreign.includes(target.country) ? null : foreignBarred;
  }
};
const premiumBarred: Barred = { cause: 52, reason: 'Premium numbers are barred' };
const foreignBarred: Barred = { cause: 52, reason: 'This country is barred' };

const hourMs = 3_600_000;

/** Counts each user's calls to the outside: how many run, and how many began within the last hour. */
export class CallLimits {
  readonly #now: () => number;
  readonly #running = new Map<UserId, number>();
  readonly #begun = new Map<UserId, number[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a call until the function returned is called; `Barred` when it would be one too many. */
  begin(userId: UserId, rules: CallingRules): Barred | (() => void) {
    const since = this.#now() - hourMs;
    const begun = (this.#begun.get(userId) ?? []).filter((at) => at > since);
    const running = this.#running.get(userId) ?? 0;
    if (running >= rules.concurrent) return { cause: 34, reason: 'Too many calls at a time' };
    if (begun.length >= rules.perHour) return { cause: 34, reason: 'Too many calls within an hour' };
    this.#begun.set(userId, [...begun, this.#now()]);
    this.#running.set(userId, running + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      const left = (this.#running.get(userId) ?? 1) - 1;
      if (left > 0) this.#running.set(userId, left);
      else this.#running.delete(userId);
      this.#forget();
    };
  }

  #forget(): void {
    const since = this.#now() - hourMs;
    for (const [userId, begun] of this.#begun) if ((begun.at(-1) ?? 0) <= since) this.#begun.delete(userId);
  }
}
