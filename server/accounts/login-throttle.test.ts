import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLoginThrottle } from './login-throttle.ts';

const throttleAt = () => {
  const clock = { now: 0 };
  return { clock, throttle: createLoginThrottle(() => clock.now) };
};

describe('login throttle (SES-3)', () => {
  it('lets a few typing mistakes pass and then waits longer each time, five minutes at most', () => {
    const { clock, throttle } = throttleAt();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const wait = throttle.check('anna', '192.0.2.1');
      waits.push(wait);
      clock.now += wait * 1000;
      expect(throttle.check('anna', '192.0.2.1')).toBe(0);
      throttle.failed('anna', '192.0.2.1');
    }
    expect(waits.slice(0, 8)).toEqual([0, 0, 0, 0, 0, 1, 2, 4]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
    expect(waits.at(-1)).toBeGreaterThan(30);
  });

  it('does not count attempts made while waiting', () => {
    const { clock, throttle } = throttleAt();
    for (let failure = 0; failure < 5; failure += 1) throttle.failed('anna', 'a');
    for (let knock = 0; knock < 100; knock += 1) expect(throttle.check('anna', 'a')).toBe(1);
    clock.now += 1000;
    expect(throttle.check('anna', 'a')).toBe(0);
  });

  it('forgets failures with time and with success', () => {
    const { clock, throttle } = throttleAt();
    for (let failure = 0; failure < 8; failure += 1) throttle.failed('anna', 'a');
    clock.now += 3_600_000;
    throttle.failed('anna', 'a');
    expect(throttle.check('anna', 'a')).toBe(0);
    for (let failure = 0; failure < 4; failure += 1) throttle.failed('ben', 'b');
    throttle.succeeded('ben', 'b');
    for (let failure = 0; failure < 4; failure += 1) throttle.failed('ben', 'b');
    expect(throttle.check('ben', 'b')).toBe(0);
  });

  it('slows an address that tries many accounts', () => {
    const { throttle } = throttleAt();
    for (let account = 0; account < 30; account += 1) throttle.failed(`user${account}`, 'attacker');
    expect(throttle.check('somebody', 'attacker')).toBeGreaterThan(0);
    expect(throttle.check('somebody', 'elsewhere')).toBe(0);
  });

  it('lets the rightful user in from another address within 30 s, whatever the attackers do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ address: fc.integer({ min: 1, max: 200 }), pauseMs: fc.integer({ min: 0, max: 3000 }) }), {
          minLength: 50,
          maxLength: 400,
        }),
        (attack) => {
          const { clock, throttle } = throttleAt();
          const attackOnce = ({ address, pauseMs }: { address: number; pauseMs: number }) => {
            clock.now += pauseMs;
            if (throttle.check('anna', `attacker${address}`) === 0) throttle.failed('anna', `attacker${address}`);
          };
          attack.forEach(attackOnce);
          const wait = throttle.check('anna', 'home');
          const until = clock.now + wait * 1000;
          expect(wait).toBeLessThanOrEqual(30);
          for (const step of attack) if (clock.now + step.pauseMs < until) attackOnce(step);
          clock.now = Math.max(clock.now, until);
          expect(throttle.check('anna', 'home')).toBe(0);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it('keeps its memory bounded', () => {
    const throttle = createLoginThrottle(() => 0, { accounts: 10, addresses: 10, addressesPerAccount: 10 });
    for (let index = 0; index < 100_000; index += 1) throttle.failed(`account${index}`, `address${index}`);
    // What was pushed out is free again; what is recent is not.
    for (let failure = 0; failure < 5; failure += 1) throttle.failed('anna', 'a');
    expect(throttle.check('anna', 'a')).toBe(1);
    expect(throttle.check('account0', 'address0')).toBe(0);
  });
});
