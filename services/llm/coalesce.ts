import type { Step } from './model.ts';

/** How long text may wait for more before it crosses a hop: streams cost per message. In milliseconds. */
export const COALESCE_MS = 25;

/**
 * Joins deltas that come within `windowMs` of each other. Text after a pause goes at once, so the first delta does and a
 * slow model loses nothing; the end flushes at once. Steps that carry nothing to a caller are dropped. A failure comes
 * after the text that came before it.
 */
export async function* coalesce(steps: AsyncIterable<Step>, windowMs: number): AsyncGenerator<Step> {
  const iterator = steps[Symbol.asyncIterator]();
  let sentAt = Number.NEGATIVE_INFINITY;
  let waiting = '';
  let next = iterator.next();
  try {
    for (;;) {
      const arrived = waiting === '' ? await next : await within(next, sentAt + windowMs - performance.now());
      if (arrived === LATE) {
        yield { kind: 'delta', text: waiting };
        sentAt = performance.now();
        waiting = '';
        continue;
      }
      const step = arrived.done ? undefined : arrived.value;
      if (step?.kind === 'delta') {
        waiting += step.text;
        next = iterator.next();
        if (performance.now() - sentAt < windowMs) continue;
      } else if (step?.kind === 'thinking') {
        next = iterator.next();
        continue;
      }
      if (waiting !== '') yield { kind: 'delta', text: waiting };
      sentAt = performance.now();
      waiting = '';
      if (step?.kind === 'finished') yield step;
      if (step?.kind !== 'delta') return;
    }
  } catch (error) {
    if (waiting !== '') yield { kind: 'delta', text: waiting };
    throw error;
  } finally {
    next.catch(() => undefined);
    await iterator.return?.();
  }
}

const LATE = Symbol('late');

/** What the promise gives, or LATE when that takes longer than `ms`. */
function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof LATE> {
  const { promise: raced, resolve, reject } = Promise.withResolvers<T | typeof LATE>();
  const timer = setTimeout(() => resolve(LATE), ms);
  promise.then(
    (value) => {
      clearTimeout(timer);
      resolve(value);
    },
    (error) => {
      clearTimeout(timer);
      reject(error);
    },
  );
  return raced;
}
