/**
 * Slows down guessing of passwords without locking anybody out.
 *
 * | what fails                        | consequence                                                        |
 * | --------------------------------- | ------------------------------------------------------------------ |
 * | one address at one account        | after 5 failures that pair waits 1, 2, 4, … 300 s                  |
 * | one address at many accounts      | after 30 failures the address waits 1, 2, 4, … 300 s               |
 * | many addresses at one account     | after 10 failures an address that is new to the account waits      |
 * |                                   | 1, 2, 4, … 30 s once, however many others go on failing            |
 *
 * The last line is why the rightful user always gets in: the wait is tied to their own address and runs out.
 * Failures leak away with time. An attempt that must wait is not counted.
 */
export interface LoginThrottle {
  /** Zero: go ahead and report the outcome. Otherwise the seconds to wait. */
  check(account: string, address: string): number;
  failed(account: string, address: string): void;
  succeeded(account: string, address: string): void;
}

interface Rule {
  /** Failures that cost nothing. */
  free: number;
  maxWaitSeconds: number;
  /** One failure is forgotten in this time. */
  leakSeconds: number;
}
const pairRule: Rule = { free: 5, maxWaitSeconds: 300, leakSeconds: 120 };
const addressRule: Rule = { free: 30, maxWaitSeconds: 300, leakSeconds: 20 };
const accountRule: Rule = { free: 10, maxWaitSeconds: 30, leakSeconds: 60 };

interface Count {
  failures: number;
  /** Milliseconds. */
  at: number;
  /** No attempt before; milliseconds. */
  notBefore: number;
}
interface AccountState {
  count: Count;
  addresses: Map<string, Count>;
}

export interface LoginThrottleLimits {
  accounts: number;
  addresses: number;
  addressesPerAccount: number;
}
const defaultLimits: LoginThrottleLimits = { accounts: 5_000, addresses: 20_000, addressesPerAccount: 500 };

const leaked = (count: Count, rule: Rule, now: number): number =>
  Math.max(0, count.failures - (now - count.at) / 1000 / rule.leakSeconds);
const waitSeconds = (failures: number, rule: Rule): number =>
  Math.round(failures) < rule.free ? 0 : Math.min(rule.maxWaitSeconds, 2 ** (Math.round(failures) - rule.free));
const secondsUntil = (time: number, now: number): number => Math.max(0, Math.ceil((time - now) / 1000));

const addFailure = (count: Count, rule: Rule, now: number): void => {
  count.failures = leaked(count, rule, now) + 1;
  count.at = now;
  count.notBefore = now + waitSeconds(count.failures, rule) * 1000;
};

/** Moves the key to the end and drops what was not used for longest. */
const touch = <Value>(map: Map<string, Value>, key: string, limit: number, create: () => Value): Value => {
  const value = map.get(key) ?? create();
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= limit) break;
    map.delete(oldest);
  }
  return value;
};

/** `now` in milliseconds. Memory is bounded by `limits`. */
export const createLoginThrottle = (
  now: () => number = Date.now,
  limits: LoginThrottleLimits = defaultLimits,
): LoginThrottle => {
  const accounts = new Map<string, AccountState>();
  const addresses = new Map<string, Count>();
  const newCount = (): Count => ({ failures: 0, at: now(), notBefore: 0 });
  const newAccount = (): AccountState => ({ count: newCount(), addresses: new Map() });

  return {
    check: (account, address) => {
      const time = now();
      const addressWait = secondsUntil(addresses.get(address)?.notBefore ?? 0, time);
      if (addressWait > 0) return addressWait;
      const state = accounts.get(account);
      if (state === undefined) return 0;
      const pair = state.addresses.get(address);
      if (pair !== undefined) return secondsUntil(pair.notBefore, time);
      const newcomerWait = waitSeconds(leaked(state.count, accountRule, time), accountRule);
      if (newcomerWait > 0) {
        const ticket = touch(state.addresses, address, limits.addressesPerAccount, newCount);
        ticket.notBefore = time + newcomerWait * 1000;
      }
      return newcomerWait;
    },
    failed: (account, address) => {
      const time = now();
      const state = touch(accounts, account, limits.accounts, newAccount);
      addFailure(state.count, accountRule, time);
      addFailure(touch(state.addresses, address, limits.addressesPerAccount, newCount), pairRule, time);
      addFailure(touch(addresses, address, limits.addresses, newCount), addressRule, time);
    },
    succeeded: (account, address) => {
      const state = accounts.get(account);
      const pair = state?.addresses.get(address);
      if (pair !== undefined) Object.assign(pair, newCount());
    },
  };
};
