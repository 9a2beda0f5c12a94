import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { ConsumeOptions } from '#lib/events/port.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { inSpan, parseTraceparent, SpanKind } from '#lib/telemetry/traces.ts';

/** How many ids are remembered: more than a feed's overlap brings again. */
const REMEMBERED = 5_000;
const RETRY_MS = { first: 250, most: 30_000 };

/** Applies a consumer's events one after the other, passes over repeats, and keeps what failed for another time. */
export class Application {
  readonly #consumed: ConsumeOptions;
  readonly #types: ReadonlySet<string>;
  readonly #log: Logger;
  readonly #applied = new Set<string>();
  #failed: Event[] = [];
  #retry = RETRY_MS.first;

  constructor(consumed: ConsumeOptions, log: Logger) {
    this.#consumed = consumed;
    this.#types = new Set(consumed.types);
    this.#log = log;
  }

  /** In how many milliseconds what failed is to be tried again; infinite where nothing failed. */
  get retryMs(): number {
    return this.#failed.length === 0 ? Number.POSITIVE_INFINITY : this.#retry;
  }

  /** Applies new events of the wanted types. Never rejects: what fails is kept. Stops when the signal aborts. */
  async apply(events: readonly Event[], signal: AbortSignal): Promise<void> {
    for (const event of events) {
      if (signal.aborted) return;
      if (this.#types.has(event.type) && this.#remember(event.id)) await this.#attempt(event);
    }
  }

  /** Tries once more what failed, in its order. */
  async again(): Promise<void> {
    const failed = this.#failed;
    if (failed.length === 0) return;
    this.#failed = [];
    for (const event of failed) await this.#attempt(event);
    this.#retry = this.#failed.length === 0 ? RETRY_MS.first : Math.min(this.#retry * 2, RETRY_MS.most);
  }

  async #attempt(event: Event): Promise<void> {
    const { id, type, source, traceparent } = event;
    const options = {
      kind: SpanKind.CONSUMER,
      attributes: { 'event.id': id, 'event.type': type, 'event.source': source },
      parent: parseTraceparent(traceparent),
    };
    try {
      await inSpan(`apply ${type}`, options, () => this.#consumed.apply(event));
    } catch (error) {
      this.#log.warn({ source, event: id, type, err: error }, 'event not applied; it comes again');
      this.#failed.push(event);
    }
  }

  /** False for an id that came before. */
  #remember(id: string): boolean {
    if (this.#applied.has(id)) return false;
    this.#applied.add(id);
    if (this.#applied.size > REMEMBERED) {
      for (const oldest of this.#applied) {
        this.#applied.delete(oldest);
        break;
      }
    }
    return true;
  }
}
