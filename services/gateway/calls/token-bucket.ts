/**
 * Limits how often each holder may do something: `burst` at once, then `perMinute`. In memory, of this process only; a
 * holder unseen for as long as its bucket needs to fill up is forgotten.
 */
export class TokenBuckets {
  private readonly perMs: number;
  private readonly burst: number;
  private readonly buckets = new Map<string, { tokens: number; at: number }>();
  private sweptAt = 0;

  /** `perMinute` 0 means no limit. The burst is a quarter of it, and at least 5. */
  constructor(perMinute: number) {
    this.perMs = perMinute / 60_000;
    this.burst = Math.max(5, Math.ceil(perMinute / 4));
  }

  /** Takes one token. Returns 0, or the milliseconds until there is one. */
  take(holder: string, now: number): number {
    if (this.perMs === 0) return 0;
    this.sweep(now);
    const bucket = this.buckets.get(holder) ?? { tokens: this.burst, at: now };
    bucket.tokens = Math.min(this.burst, bucket.tokens + Math.max(0, now - bucket.at) * this.perMs);
    bucket.at = now;
    this.buckets.set(holder, bucket);
    // A billionth is left to rounding.
    if (bucket.tokens < 1 - 1e-9) return Math.ceil((1 - bucket.tokens) / this.perMs);
    bucket.tokens -= 1;
    return 0;
  }

  private sweep(now: number): void {
    const fillMs = this.burst / this.perMs;
    if (now - this.sweptAt < fillMs) return;
    this.sweptAt = now;
    for (const [holder, bucket] of this.buckets) if (now - bucket.at >= fillMs) this.buckets.delete(holder);
  }
}
