/** Allows `rate` tokens a second on average and `capacity` at once. Time in milliseconds, from outside. */
export class TokenBucket {
  private readonly capacity: number;
  private readonly rate: number;
  private tokens: number;
  private updatedAt: number;

  constructor(capacity: number, rate: number, now: number) {
    this.capacity = capacity;
    this.rate = rate;
    this.tokens = capacity;
    this.updatedAt = now;
  }

  private refill(now: number): void {
    const elapsed = Math.max(0, now - this.updatedAt);
    this.tokens = Math.min(this.capacity, this.tokens + (elapsed * this.rate) / 1000);
    this.updatedAt = now;
  }

  /** Takes one token; `false` if there is none. */
  take(now: number): boolean {
    this.refill(now);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Milliseconds until a token is there. */
  wait(now: number): number {
    this.refill(now);
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * 1000) / this.rate);
  }

  isFull(now: number): boolean {
    this.refill(now);
    return this.tokens >= this.capacity;
  }
}
