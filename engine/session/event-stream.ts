/**
 * The event stream `/events`: keeps itself connected and goes on after the last event it has handed over.
 * Events come in order and once; after `reset` the snapshots have to be read again.
 */
import { closeCodes, eventsFrameSchema, type ServerEvent } from '../../protocol/events.ts';
import type { Clock } from '../ports/ports.ts';
import type { LinkState } from '../state/types.ts';
import { createReconnection } from './reconnection.ts';

export interface EventStreamOptions {
  url: string;
  token: string;
  clock: Clock;
  changed(state: LinkState): void;
  event(event: ServerEvent): void;
  /** The stream is in step; `snapshots` is set where what was read before may be out of date. */
  ready(snapshots: boolean): void;
  /** The session is no longer valid. */
  revoked(): void;
}
export interface EventStream {
  start(): void;
  wake(): void;
  stop(): void;
}

const openTimeout = 10_000;

export const createEventStream = (options: EventStreamOptions): EventStream => {
  let socket: WebSocket | null = null;
  let sequence: number | null = null;
  let inStep = false;

  const close = (): void => {
    const old = socket;
    socket = null;
    old?.close();
  };
  const open = (): void => {
    close();
    const current = new WebSocket(options.url);
    socket = current;
    let isReady = false;
    let needsSnapshots = !inStep;
    const giveUp = (): void => {
      cancelTimeout();
      if (socket !== current) return;
      close();
      reconnection.lost();
    };
    const cancelTimeout = options.clock.after(openTimeout, () => {
      if (!isReady) giveUp();
    });
    current.onopen = () => {
      current.send(
        JSON.stringify({ type: 'hello', token: options.token, ...(sequence === null ? {} : { after: sequence }) }),
      );
    };
    current.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket !== current || typeof data !== 'string') return;
      const frame = readFrame(data);
      if (!frame) return;
      if (frame.type !== 'event') {
        sequence = frame.sequence;
        if (frame.type === 'reset') needsSnapshots = true;
      } else if (sequence === null || frame.sequence > sequence) {
        sequence = frame.sequence;
        options.event(frame.event);
      }
      if (frame.type === 'event' || (isReady && frame.type === 'ready')) return;
      isReady = true;
      inStep = true;
      cancelTimeout();
      reconnection.opened();
      if (frame.type === 'reset' || needsSnapshots || frame.type === 'ready') options.ready(needsSnapshots);
      needsSnapshots = false;
    };
    current.onclose = ({ code }) => {
      if (socket === current && (code === closeCodes.unauthorized || code === closeCodes.revoked)) {
        cancelTimeout();
        socket = null;
        options.revoked();
      } else giveUp();
    };
  };
  const reconnection = createReconnection({
    clock: options.clock,
    open,
    // A new connection takes over without a word: a dead one would stay unnoticed for minutes, and an alarm at
    // every look at the window would not be honest.
    check: open,
    changed: options.changed,
  });
  return {
    start: reconnection.start,
    wake: reconnection.wake,
    stop: () => {
      reconnection.stop();
      close();
    },
  };
};

const readFrame = (text: string) => {
  try {
    return eventsFrameSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};
