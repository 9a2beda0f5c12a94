import type { Failure } from './failures.ts';

/** How often and how long a call may be repeated. */
export interface RetryPolicy {
  /** Repeats after the first attempt. */
  readonly maxRetries: number;
  /** The wait before the first repeat, doubled for each further one, in milliseconds. */
  readonly baseMs: number;
  /** The longest single wait; an endpoint that asks for a longer one is not waited for. */
  readonly capMs: number;
}

/** A stale connection fails at once, so the first wait is short; 8 s is as long as a person waits without a word. */
export const defaultRetryPolicy: Omit<RetryPolicy, 'maxRetries'> = { baseMs: 250, capMs: 8_000 };

/**
 * How long to wait before the next attempt, in milliseconds; undefined where the failure stands.
 * `retries` is how many there were, `remainingMs` what is left of the time for the first token, `chance` from 0 to 1.
 */
export function waitBeforeRetry(
  failure: Failure,
  retries: number,
  remainingMs: number,
  chance: number,
  policy: RetryPolicy,
): number | undefined {
  if (retries >= policy.maxRetries || !mayPass(failure)) return undefined;
  const asked = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined;
  if (asked !== undefined && asked > policy.capMs) return undefined;
  const backoff = Math.min(policy.capMs, policy.baseMs * 2 ** retries);
  // Half fixed, half by chance: callers that failed together do not come back together.
  const wait = asked === undefined ? backoff * (0.5 + chance / 2) : asked + chance * policy.baseMs;
  return wait < remainingMs ? Math.round(wait) : undefined;
}

/** Failures that another attempt may not meet. */
function mayPass(failure: Failure): boolean {
  return failure.kind === 'unavailable' || failure.kind === 'rate_limited' || failure.kind === 'stream_cut';
}
