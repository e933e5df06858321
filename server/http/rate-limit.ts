/** Token buckets, one a key. */
export interface RateLimit {
  /** Takes one token. Zero: go ahead; otherwise the seconds until there is one. */
  take(key: string): number;
}

export interface RateLimitRule {
  perSecond: number;
  burst: number;
}

/** `now` in milliseconds. Remembers at most `keys` keys; a forgotten one starts with a full bucket. */
export const createRateLimit = (rule: RateLimitRule, now: () => number = Date.now, keys = 20_000): RateLimit => {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (key) => {
      const time = now();
      const bucket = buckets.get(key) ?? { tokens: rule.burst, at: time };
      buckets.delete(key);
      buckets.set(key, bucket);
      for (const oldest of buckets.keys()) {
        if (buckets.size <= keys) break;
        buckets.delete(oldest);
      }
      bucket.tokens = Math.min(rule.burst, bucket.tokens + (Math.max(0, time - bucket.at) / 1000) * rule.perSecond);
      bucket.at = time;
      if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / rule.perSecond);
      bucket.tokens -= 1;
      return 0;
    },
  };
};
