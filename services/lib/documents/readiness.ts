import type { DocumentStore } from '#lib/documents/port.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** How often the store is asked, and within what time it has to answer, in milliseconds. */
const EVERY_MS = 3_000;
const PATIENCE_MS = 2_000;

export interface StoreReadinessOptions {
  readonly store: Pick<DocumentStore, 'ping'>;
  readonly log: Logger;
  readonly everyMs?: number;
  readonly patienceMs?: number;
}

/** Whether a store answers, asked every few seconds and not with each request. Told in the log when that changes. */
export class StoreReadiness implements Disposable {
  readonly #options: StoreReadinessOptions;
  readonly #timer: NodeJS.Timeout;
  #answers = true;
  #isAsking = false;

  constructor(options: StoreReadinessOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#ask(), options.everyMs ?? EVERY_MS).unref();
  }

  /** True until the store was found not to answer, and again when it does. */
  get ready(): boolean {
    return this.#answers;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { store, patienceMs = PATIENCE_MS } = this.#options;
    const late = () => this.#found(new Error(`the store did not answer within ${patienceMs} ms`));
    const timer = setTimeout(late, patienceMs);
    try {
      // An answer that comes late is waited for, so that a store that hangs is not asked again and again.
      await store.ping();
      clearTimeout(timer);
      this.#found(undefined);
    } catch (error) {
      clearTimeout(timer);
      this.#found(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #found(error: unknown): void {
    const answers = error === undefined;
    if (answers === this.#answers) return;
    this.#answers = answers;
    const { log } = this.#options;
    if (answers) log.info('the store answers again');
    else log.error({ err: error }, 'the store does not answer: not ready until it does');
  }
}
