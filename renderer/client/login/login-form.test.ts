import { describe, expect, it } from 'vitest';
import { secondsLeft, viewFailure } from './login-form.ts';

describe('SES-3 login failures', () => {
  it('names each failure by its own texts', () =>
    expect(viewFailure({ code: 'unknownServer' }, 0)).toEqual({
      title: 'unknownServer.title',
      hint: 'unknownServer.hint',
      retryAt: null,
    }));
  it('tells how long to wait after too many tries', () => {
    const view = viewFailure({ code: 'tooManyAttempts', retryAfterSeconds: 12 }, 1000);
    expect(secondsLeft(view.retryAt, 1000)).toBe(12);
    expect(secondsLeft(view.retryAt, 12_500)).toBe(1);
    expect(secondsLeft(view.retryAt, 13_000)).toBe(0);
  });
});
