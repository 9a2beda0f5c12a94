import { ModelFailure } from './failures.ts';

/**
 * One signal for everything that ends a completion early: the caller's abort, the limit for the first token and the
 * limit for the whole. Its reason is what ended it. Disposing stops the timers.
 */
export class CallLimits implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #onParentAbort = (): void => this.#controller.abort(this.#parent.reason);
  readonly #total: NodeJS.Timeout;
  readonly #firstTokenUntil: number;
  #first: NodeJS.Timeout | undefined;

  /** Both limits in milliseconds, from now. */
  constructor(parent: AbortSignal, firstTokenMs: number, totalMs: number) {
    this.#parent = parent;
    if (parent.aborted) this.#onParentAbort();
    else parent.addEventListener('abort', this.#onParentAbort, { once: true });
    this.#firstTokenUntil = performance.now() + firstTokenMs;
    this.#first = this.#limit('first_token', firstTokenMs);
    this.#total = this.#limit('total', totalMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What is left of the time for the first token, in milliseconds. */
  remainingMs(): number {
    return this.#firstTokenUntil - performance.now();
  }

  /** The model is alive: its first token is in time. */
  lifted(): void {
    if (this.#first === undefined) return;
    clearTimeout(this.#first);
    this.#first = undefined;
  }

  [Symbol.dispose](): void {
    this.lifted();
    clearTimeout(this.#total);
    this.#parent.removeEventListener('abort', this.#onParentAbort);
  }

  #limit(limit: 'first_token' | 'total', limitMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(new ModelFailure({ kind: 'timeout', limit, limitMs })), limitMs);
  }
}
