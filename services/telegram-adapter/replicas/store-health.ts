import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#lib/clock.ts';
import { type Collection, type Document, type DocumentStore, StoreUnavailable } from '#lib/documents/port.ts';
import type { Logger } from '#lib/telemetry/log.ts';

interface Probe extends Document {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The least time between two tries of one kind, in milliseconds. */
const PROBE_EVERY_MS = 500;

/** Whether the store takes writes: without it no update can be accepted. Learnt from what fails, and then from a write of its own. */
export class StoreHealth {
  readonly #probes: Collection<Probe>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #probing: Promise<void> | undefined;

  constructor(store: DocumentStore, clock: Clock, log: Logger) {
    this.#probes = store.collection<Probe>({ name: 'probes', indexes: [] });
    this.#clock = clock;
    this.#log = log;
  }

  get isWritable(): boolean {
    return this.#probing === undefined;
  }

  /** Notes that the store did not answer, or could not write. */
  failed(error: StoreUnavailable): void {
    if (this.#probing !== undefined || this.#stopping.signal.aborted) return;
    this.#log.error({ err: error }, 'the store cannot be used: no updates are taken; what was accepted is kept');
    this.#probing = this.#probe().finally(() => {
      this.#probing = undefined;
    });
  }

  /**
   * Notes a failed call of the store, and resolves when it is worth another try. Rejects when the signal aborts, and with the error
   * itself where it is not `StoreUnavailable`: that is a fault of ours.
   */
  async recovered(error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof StoreUnavailable)) throw error;
    this.failed(error);
    do {
      await sleep(PROBE_EVERY_MS, undefined, { signal });
    } while (!this.isWritable);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #probe(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(PROBE_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      try {
        const at = this.#clock.now();
        const { ok } = await this.#probes.update('probe', {}, { set: { at } });
        if (!ok) await this.#probes.insert({ key: 'probe', at });
        this.#log.info('the store can be used again');
        return;
      } catch (error) {
        this.#log.debug({ err: error }, 'the store cannot be used yet');
      }
    }
  }
}
