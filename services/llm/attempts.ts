import { setTimeout as sleep } from 'node:timers/promises';
import { type Failure, ModelFailure } from './failures.ts';
import type { CallLimits } from './limits.ts';
import type { Model, Prompt, Step } from './model.ts';
import { type RetryPolicy, waitBeforeRetry } from './retries.ts';

export interface AttemptOptions {
  readonly limits: CallLimits;
  readonly policy: RetryPolicy;
  /** A number from 0 to 1, another at each call. */
  readonly chance: () => number;
  /** Told of each failure that is tried again. */
  readonly onRetry: (failure: Failure, waitMs: number) => void;
}

/**
 * A completion, begun anew when it fails before its first text in a way that may pass. After the first text a failure
 * is final: what was said stays said. Throws `ModelFailure`, or the reason for which the limits' signal aborted.
 */
export async function* withRetries(model: Model, prompt: Prompt, options: AttemptOptions): AsyncGenerator<Step> {
  const { limits, policy } = options;
  for (let retries = 0; ; retries++) {
    let said = false;
    try {
      for await (const step of model.stream(prompt, limits.signal)) {
        said ||= step.kind === 'delta';
        limits.lifted();
        yield step;
      }
      return;
    } catch (error) {
      if (limits.signal.aborted) throw limits.signal.reason;
      if (said || !(error instanceof ModelFailure)) throw error;
      const wait = waitBeforeRetry(error.failure, retries, limits.remainingMs(), options.chance(), policy);
      if (wait === undefined) throw error;
      options.onRetry(error.failure, wait);
      await pause(wait, limits.signal);
    }
  }
}

/** One result, tried for again when it fails in a way that may pass. Throws as `withRetries`. */
export async function retrying<T>(attempt: (signal: AbortSignal) => Promise<T>, options: AttemptOptions): Promise<T> {
  const { limits, policy } = options;
  for (let retries = 0; ; retries++) {
    try {
      return await attempt(limits.signal);
    } catch (error) {
      if (limits.signal.aborted) throw limits.signal.reason;
      if (!(error instanceof ModelFailure)) throw error;
      const wait = waitBeforeRetry(error.failure, retries, limits.remainingMs(), options.chance(), policy);
      if (wait === undefined) throw error;
      options.onRetry(error.failure, wait);
      await pause(wait, limits.signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
