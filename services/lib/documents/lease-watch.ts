/** Between two looks at a lease, in lengths of it. */
const LONGEST_GAP = 2 / 3;
/** Beyond so many leases, those that nobody looked at for long are forgotten. */
const MANY = 1_000;

interface Seen {
  /** What the lease looked like. */
  readonly stamp: string;
  /** When it was first and last seen so, by the stopwatch. */
  readonly since: number;
  readonly last: number;
}

/**
 * Tells when leases in documents have been left. Clocks of processes are not compared, they may jump: a lease that somebody holds moves
 * while it is renewed, and one that has not moved for its whole length, by the stopwatch of who looks, was left. Whoever takes it does so on
 * the condition that it still is as it was seen. Who could not look for a while begins anew: the store may have been away for the holder too.
 */
export class LeaseWatch {
  readonly #leaseMs: number;
  readonly #elapsed: () => number;
  readonly #seen = new Map<string, Seen>();

  /** `elapsed`: a stopwatch in milliseconds that never jumps. */
  constructor(leaseMs: number, elapsed: () => number = () => performance.now()) {
    this.#leaseMs = leaseMs;
    this.#elapsed = elapsed;
  }

  /**
   * In how many milliseconds the lease of a document may be taken if it stays as it is; 0 for now. To be asked again within half a lease.
   * No stamp ever comes again.
   */
  remaining(key: string, stamp: string): number {
    const now = this.#elapsed();
    const before = this.#seen.get(key);
    const isSame = before?.stamp === stamp && now - before.last <= this.#leaseMs * LONGEST_GAP;
    const since = isSame ? before.since : now;
    this.#seen.delete(key);
    this.#seen.set(key, { stamp, since, last: now });
    if (this.#seen.size > MANY) this.#forgetOldest(now);
    return Math.max(0, since + this.#leaseMs - now);
  }

  /** Those looked at least recently come first. What is forgotten is watched anew. */
  #forgetOldest(now: number): void {
    for (const [key, { last }] of this.#seen) {
      if (last > now - this.#leaseMs) return;
      this.#seen.delete(key);
    }
  }
}
