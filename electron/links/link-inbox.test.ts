import { expect, it } from 'vitest';
import { linkInbox } from './link-inbox.ts';

it('keeps a link for a page that is not ready and tells it to one that is (DSK-4)', () => {
  const told: string[] = [];
  const inbox = linkInbox((dialText) => told.push(dialText));
  inbox.deliver('101');
  inbox.deliver('102');
  expect(inbox.take()).toBe('102');
  expect(inbox.take()).toBeNull();
  inbox.deliver('103');
  expect(told).toEqual(['103']);
  inbox.pageGone();
  inbox.deliver('104');
  expect(told).toEqual(['103']);
  expect(inbox.take()).toBe('104');
});
