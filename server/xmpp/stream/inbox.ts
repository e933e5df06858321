import type { WebSocket } from 'ws';
import { TokenBucket } from '../token-bucket.ts';

export interface InboxLimits {
  framesPerSecond: number;
  /** Largest frame. */
  frameBytes: number;
  now(): number;
}

/** At once, in seconds' worth of the permitted rate. */
const burstSeconds = 4;
/** Who keeps the brakes on for this long is no client but a flood. */
const floodMilliseconds = 120_000;
const mostFrames = 5_000;

/**
 * Takes frames one after the other, no faster than permitted: first the socket is not read any more,
 * so that the sender has to wait; who never lets up violates the policy.
 */
export class Inbox {
  private readonly socket: WebSocket;
  private readonly limits: InboxLimits;
  private readonly handle: (frame: string) => Promise<void>;
  private readonly bucket: TokenBucket;
  private frames: string[] = [];
  private bytes = 0;
  private working: Promise<void> | null = null;
  private slowedSince: number | null = null;
  private wake: (() => void) | null = null;

  /** `handle` must not throw. */
  constructor(socket: WebSocket, limits: InboxLimits, handle: (frame: string) => Promise<void>) {
    this.socket = socket;
    this.limits = limits;
    this.handle = handle;
    this.bucket = new TokenBucket(limits.framesPerSecond * burstSeconds, limits.framesPerSecond, limits.now());
  }

  /** `false`: too much; the stream should end. */
  put(frame: string): boolean {
    this.frames.push(frame);
    this.bytes += frame.length;
    const flooded = this.slowedSince !== null && this.limits.now() - this.slowedSince > floodMilliseconds;
    if (flooded || this.frames.length > mostFrames || this.bytes > 4 * this.limits.frameBytes + 1_000_000) return false;
    this.working ??= this.work();
    return true;
  }

  /** Forgets what was not handled yet. */
  clear(): void {
    this.frames = [];
    this.bytes = 0;
    this.wake?.();
  }

  /** Resolves when everything is handled. */
  async empty(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift()) {
      this.bytes -= frame.length;
      if (!this.bucket.take(this.limits.now())) await this.slowDown();
      await this.handle(frame);
    }
    this.working = null;
    this.slowedSince = null;
    if (this.socket.isPaused) this.socket.resume();
  }

  private async slowDown(): Promise<void> {
    this.slowedSince ??= this.limits.now();
    this.socket.pause();
    const wait = this.bucket.wait(this.limits.now());
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
    this.bucket.take(this.limits.now());
  }
}
