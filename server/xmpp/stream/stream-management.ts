/**
 * Counters and queues of stream management (XEP-0198). Inbound stanzas count as handled only once what
 * they asked for is durable, in the order they came in; outbound ones stay until the client has them.
 */
const modulus = 2 ** 32;

/** A stanza on its way to a client. */
export interface Outgoing {
  xml: string;
  /** Id in the recipient's archive: what can be delivered later instead. */
  archivedId: bigint | null;
  /** Answers the sender when the client never got the stanza. */
  bounce: (() => void) | null;
}

interface Received {
  handled: boolean;
}

export class StreamManagement {
  readonly id: string;
  readonly resumable: boolean;
  private handledCount = 0;
  private receivedCount = 0;
  private readonly open: Received[] = [];
  private waiters: { target: number; resolve: () => void }[] = [];
  private acknowledgedCount = 0;
  private queue: Outgoing[] = [];
  private bytes = 0;

  constructor(id: string, resumable: boolean) {
    this.id = id;
    this.resumable = resumable;
  }

  /** Counts an inbound stanza; call the result when it is handled. */
  received(): () => void {
    const entry: Received = { handled: false };
    this.open.push(entry);
    this.receivedCount += 1;
    return () => {
      entry.handled = true;
      while (this.open[0]?.handled) {
        this.open.shift();
        this.handledCount += 1;
      }
      const due = this.waiters.filter((waiter) => waiter.target <= this.handledCount);
      if (due.length === 0) return;
      this.waiters = this.waiters.filter((waiter) => waiter.target > this.handledCount);
      for (const waiter of due) waiter.resolve();
    };
  }

  /** Inbound stanzas handled so far, as `h`. */
  handled(): string {
    return String(this.handledCount % modulus);
  }

  /** Resolves when everything received so far is handled. */
  async allHandled(): Promise<void> {
    const target = this.receivedCount;
    if (this.handledCount >= target) return;
    await new Promise<void>((resolve) => this.waiters.push({ target, resolve }));
  }

  push(outgoing: Outgoing): void {
    this.queue.push(outgoing);
    this.bytes += outgoing.xml.length;
  }

  queued(): { stanzas: number; bytes: number } {
    return { stanzas: this.queue.length, bytes: this.bytes };
  }

  /** Takes the client's `h`; `false`: it claims more than was sent, or `h` is no number. */
  acknowledge(h: string | undefined): boolean {
    if (h === undefined || !/^\d{1,10}$/.test(h)) return false;
    const count = (Number(h) - (this.acknowledgedCount % modulus) + modulus) % modulus;
    if (count > this.queue.length) return false;
    for (const done of this.queue.splice(0, count)) this.bytes -= done.xml.length;
    this.acknowledgedCount += count;
    return true;
  }

  unacknowledged(): readonly Outgoing[] {
    return this.queue;
  }
}
