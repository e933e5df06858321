/** What stands below each other in a conversation: day separators, the unread line and messages (CHA-3). */
import type { ArchivedMessage } from '../../../protocol/archive.ts';
import { startOfDay } from '../day.ts';

export type TimelineRow =
  | { kind: 'day'; key: string; day: number }
  | { kind: 'unread'; key: string }
  /** `first` and `last`: place within a group of one sender in one minute; only the last shows its time. */
  | { kind: 'message'; key: string; message: ArchivedMessage; first: boolean; last: boolean };

const minuteOf = (message: ArchivedMessage) => Math.floor(message.timestamp / 60_000);

/** Rows for the loaded messages, oldest first. `firstUnreadId`: the message that the unread line stands above. */
export function buildTimeline(messages: readonly ArchivedMessage[], firstUnreadId: string | null): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let dayStart = Number.NaN;
  let dayEnd = Number.NaN;
  let previous: Extract<TimelineRow, { kind: 'message' }> | null = null;
  for (const message of messages) {
    if (!(message.timestamp >= dayStart && message.timestamp < dayEnd)) {
      dayStart = startOfDay(message.timestamp);
      dayEnd = startOfDay(dayStart + 36 * 3_600_000);
      rows.push({ kind: 'day', key: `day ${dayStart} ${message.id}`, day: dayStart });
      previous = null;
    }
    if (message.id === firstUnreadId) {
      rows.push({ kind: 'unread', key: 'unread' });
      previous = null;
    }
    const continues: boolean =
      previous !== null &&
      previous.message.direction === message.direction &&
      minuteOf(previous.message) === minuteOf(message);
    if (continues && previous !== null) previous.last = false;
    previous = { kind: 'message', key: message.id, message, first: !continues, last: true };
    rows.push(previous);
  }
  return rows;
}

/** How many conversations of at least `minimum` pixels stand side by side; always one (CHA-1). */
export const columnsFor = (width: number, open: number, minimum = 380): number =>
  Math.max(1, Math.min(open, Math.floor(width / minimum)));
