import type { Failure } from '#lib/rpc/status.ts';
import type { FailureKey } from '../words/catalogue.ts';
import { backoffMs } from './pace.ts';

/** How long a conversation service that cannot be reached is waited for, in milliseconds. */
export const PATIENCE_MS = 60_000;

export type AfterFailure =
  /** Ask again with the same request_id, which goes on where the stream broke. */
  | { readonly do: 'askAgain'; readonly afterMs: number }
  /** Tell the person. */
  | { readonly do: 'tell'; readonly message: FailureKey };

/** What follows from a failed Ask. `tries` counts failures since the last step of the answer, `sinceMs` their time. */
export function afterFailure(failure: Failure, tries: number, sinceMs: number): AfterFailure {
  if (isPassing(failure) && sinceMs < PATIENCE_MS) {
    return { do: 'askAgain', afterMs: Math.min(failure.retryAfterMs ?? backoffMs(tries), 5_000) };
  }
  return { do: 'tell', message: wordsFor(failure) };
}

/** The service is away, starts or is too busy; the turn itself did not fail. */
function isPassing({ code, domain, reason }: Failure): boolean {
  if (domain === 'llm.otvet') return false;
  return code === 'UNAVAILABLE' || reason === 'OVERLOADED' || reason === 'SESSION_QUEUE_FULL' || isBrokenStream(code);
}

function isBrokenStream(code: Failure['code']): boolean {
  return code === 'CANCELLED' || code === 'UNKNOWN' || code === 'DEADLINE_EXCEEDED';
}

function wordsFor({ code, reason }: Failure): FailureKey {
  if (reason === 'IMAGES_UNSUPPORTED') return 'picturesUnsupported';
  if (reason === 'ASSISTANT_UNKNOWN' || reason === 'RELEASE_UNAVAILABLE') return 'notReady';
  if (code === 'UNAVAILABLE' || code === 'RESOURCE_EXHAUSTED' || code === 'DEADLINE_EXCEEDED') return 'busy';
  return 'failed';
}
