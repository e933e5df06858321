import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports/ports.ts';
import { createLinkWatch } from './link-watch.ts';

class FakeClock implements Clock {
  time = 0;
  private timers: { at: number; callback: () => void }[] = [];
  now = () => this.time;
  random = () => 0.5;
  after = (milliseconds: number, callback: () => void) => {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((each) => each !== timer));
  };
  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }
  /** The machine sleeps: time passes, and no timer runs in it. */
  sleep(milliseconds: number): void {
    this.time += milliseconds;
  }
}

const watched = (answers: boolean) => {
  const clock = new FakeClock();
  const link = {
    lastHeardAt: 0,
    pings: 0,
    aborts: 0,
    abort: () => void (link.aborts += 1),
    ping: () => {
      link.pings += 1;
      if (answers) link.lastHeardAt = clock.now();
      return answers ? Promise.resolve(true) : new Promise<boolean>(() => undefined);
    },
  };
  return { clock, link, watch: createLinkWatch(clock, link) };
};
const answered = () => new Promise((resolve) => setImmediate(resolve));

describe('SES-8 a connection that died without a word', () => {
  it('is given up when it does not open in 15 s', () => {
    const { clock, link, watch } = watched(false);
    watch.opening();
    clock.pass(14_999);
    expect(link.aborts).toBe(0);
    clock.pass(1);
    expect(link.aborts).toBe(1);
  });

  it('is asked after 30 s of silence, and given up 8 s later', () => {
    const { clock, link, watch } = watched(false);
    watch.opened();
    clock.pass(30_000);
    expect([link.pings, link.aborts]).toEqual([1, 0]);
    clock.pass(7_999);
    expect(link.aborts).toBe(0);
    clock.pass(1);
    expect(link.aborts).toBe(1);
  });

  it('is left alone when it answers, and not asked while it speaks', async () => {
    const { clock, link, watch } = watched(true);
    watch.opened();
    clock.pass(30_000);
    await answered();
    clock.pass(8_000);
    expect([link.pings, link.aborts]).toEqual([1, 0]);
    link.lastHeardAt = clock.now();
    clock.pass(22_000);
    expect(link.pings).toBe(1);
  });

  it('is asked urgently after the machine slept, and when the network changed', () => {
    const { clock, link, watch } = watched(false);
    watch.opened();
    clock.sleep(3_600_000);
    link.lastHeardAt = clock.now();
    clock.pass(0);
    expect(link.pings).toBe(1);
    clock.pass(4_000);
    expect(link.aborts).toBe(1);
    watch.check();
    clock.pass(4_000);
    expect(link.aborts).toBe(2);
  });

  it('is not given up for the silence of the one before', () => {
    const { clock, link, watch } = watched(false);
    watch.opened();
    watch.check();
    watch.closed();
    watch.opened();
    clock.pass(4_000);
    expect(link.aborts).toBe(0);
  });
});
