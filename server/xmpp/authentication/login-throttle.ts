import { TokenBucket } from '../token-bucket.ts';

const perAccount = { capacity: 10, rate: 1 / 3 };
const perAddress = { capacity: 60, rate: 1 };
const maximumBuckets = 10_000;

/**
 * Slows down guessing: failed logins use up tokens of the address and of the account as seen from that
 * address. Both refill, so nobody is locked out for good and not at all from elsewhere.
 */
export class LoginThrottle {
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  private bucket(key: string, size: { capacity: number; rate: number }): TokenBucket {
    let bucket = this.buckets.get(key);
    if (!bucket) {
      if (this.buckets.size >= maximumBuckets) this.prune();
      bucket = new TokenBucket(size.capacity, size.rate, this.now());
      this.buckets.set(key, bucket);
    }
    return bucket;
  }

  private prune(): void {
    const now = this.now();
    for (const [key, bucket] of this.buckets) if (bucket.isFull(now)) this.buckets.delete(key);
    for (const key of this.buckets.keys()) {
      if (this.buckets.size < maximumBuckets) break;
      this.buckets.delete(key);
    }
  }

  /** Whether a login may be tried now. */
  allows(address: string, account: string): boolean {
    const now = this.now();
    const buckets = [this.buckets.get(`a ${address}`), this.buckets.get(`u ${address} ${account}`)];
    return buckets.every((bucket) => !bucket || bucket.wait(now) === 0);
  }

  failed(address: string, account: string): void {
    const now = this.now();
    this.bucket(`a ${address}`, perAddress).take(now);
    this.bucket(`u ${address} ${account}`, perAccount).take(now);
  }
}
