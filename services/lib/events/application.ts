import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import type { Carrier, EventMeasures, Outcome } from '#lib/events/measures.ts';
import type { ConsumeOptions } from '#lib/events/port.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { inSpan, parseTraceparent, SpanKind } from '#lib/telemetry/traces.ts';

/** How many ids are remembered: more than a feed's overlap brings again. */
const REMEMBERED = 5_000;
/** From the first failure on, doubled with each. */
const RETRY_MS: RetryTimes = { first: 250, most: 30_000 };

/** Waits before another attempt, in milliseconds. */
export interface RetryTimes {
  readonly first: number;
  readonly most: number;
}

/** Where events go that cannot be applied. */
export interface DeadLetters {
  /** So many attempts fail before an event is put aside. */
  readonly attempts: number;
  /** Resolves when the event is kept there. */
  put(event: Event, attempts: number, error: unknown): Promise<void>;
}

export interface ApplicationOptions {
  readonly consumed: ConsumeOptions;
  readonly log: Logger;
  readonly measures: EventMeasures;
  /** Without it an event is tried for ever. */
  readonly deadLetters?: DeadLetters | undefined;
  readonly retry?: RetryTimes | undefined;
}

/** An event that was not applied yet. */
interface Trouble {
  readonly event: Event;
  readonly attempts: number;
  /** Who tries it again: the bus, by another delivery, or this process by itself. Never both. */
  readonly retriedBy: 'bus' | 'process';
}

/** Applies a consumer's events one after the other, whoever brings them, passes over repeats, and tries again what failed. */
export class Application {
  readonly #options: ApplicationOptions;
  readonly #types: ReadonlySet<string>;
  /** Applied, or put aside. */
  readonly #done = new Set<string>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #times: RetryTimes;
  #retry: number;
  /** When `again` is due, by the process's own clock, which nobody sets back. */
  #due = 0;

  constructor(options: ApplicationOptions) {
    this.#options = options;
    this.#times = options.retry ?? RETRY_MS;
    this.#retry = this.#times.first;
    this.#types = new Set(options.consumed.types);
  }

  /** In how many milliseconds `again` is due; infinite where there is nothing for it to do. */
  get dueMs(): number {
    return this.#ofProcess().length === 0 ? Number.POSITIVE_INFINITY : Math.max(0, this.#due - performance.now());
  }

  /** Applies what the feed has. Never rejects: what fails is tried again. Stops when the signal aborts. */
  async apply(events: readonly Event[], signal: AbortSignal): Promise<void> {
    for (const event of events) {
      if (signal.aborted) return;
      const known = this.#done.has(event.id) || this.#troubles.has(event.id);
      if (this.#types.has(event.type) && !known) await this.#attempt(event, 'feed', 0);
    }
  }

  /**
   * Applies what a hint brought. Gives in how many milliseconds the bus shall deliver it again; undefined where the bus is done with
   * it. `afresh` tries again what was put aside. Never rejects.
   */
  async deliver(event: Event, afresh: boolean): Promise<number | undefined> {
    const { id, source, type } = event;
    if (afresh) this.#done.delete(id);
    const trouble = this.#troubles.get(id);
    if (!this.#types.has(type) || this.#done.has(id) || trouble?.retriedBy === 'process') {
      this.#options.measures.consumed(source, 'hint', 'repeated');
      return undefined;
    }
    await this.#attempt(event, 'hint', trouble?.attempts ?? 0);
    const left = this.#troubles.get(id);
    if (left?.retriedBy !== 'bus') return undefined;
    return Math.min(this.#times.first * 2 ** (left.attempts - 1), this.#times.most);
  }

  /** Tries once more what is left to this process, in its order, where that is due. */
  async again(): Promise<void> {
    if (this.dueMs > 0) return;
    for (const { event, attempts } of this.#ofProcess()) await this.#attempt(event, 'feed', attempts);
    this.#retry = Math.min(this.#retry * 2, this.#times.most);
    this.#due = performance.now() + this.#retry;
  }

  /** The bus brings nothing again: what it had to is left to this process. */
  takeOver(): void {
    const left = [...this.#troubles].filter(([, { retriedBy }]) => retriedBy === 'bus');
    for (const [id, { event, attempts }] of left) this.#keep(id, event, attempts);
  }

  #keep(id: string, event: Event, attempts: number): void {
    if (this.#ofProcess().length === 0) {
      this.#retry = this.#times.first;
      this.#due = performance.now() + this.#retry;
    }
    this.#troubles.set(id, { event, attempts, retriedBy: 'process' });
  }

  #ofProcess(): Trouble[] {
    return [...this.#troubles.values()].filter(({ retriedBy }) => retriedBy === 'process');
  }

  async #attempt(event: Event, carrier: Carrier, before: number): Promise<void> {
    const { consumed, measures } = this.#options;
    const { id, type, source, traceparent } = event;
    const options = {
      kind: SpanKind.CONSUMER,
      attributes: { 'event.id': id, 'event.type': type, 'event.source': source },
      parent: parseTraceparent(traceparent),
    };
    let outcome: Outcome = 'applied';
    try {
      await inSpan(`apply ${type}`, options, () => consumed.apply(event));
    } catch (error) {
      outcome = await this.#failed(event, carrier, before, error);
    }
    measures.consumed(source, carrier, outcome);
    if (outcome === 'failed') return;
    this.#troubles.delete(id);
    this.#remember(id);
  }

  async #failed(event: Event, carrier: Carrier, before: number, error: unknown): Promise<Outcome> {
    const { log, deadLetters } = this.#options;
    const { id, type, source } = event;
    // What is away comes back: that is no fault of the event, which does not become a dead letter for it, however long it takes.
    const away = isAway(error);
    const attempts = away ? before : before + 1;
    const last = !away && deadLetters !== undefined && attempts >= deadLetters.attempts;
    if (last && (await this.#putAside(event, attempts, error))) return 'dead';
    if (carrier === 'hint' && !away && !last) this.#troubles.set(id, { event, attempts, retriedBy: 'bus' });
    else this.#keep(id, event, attempts);
    log.warn({ source, event: id, type, attempts, err: error }, 'event not applied; it comes again');
    return 'failed';
  }

  async #putAside(event: Event, attempts: number, error: unknown): Promise<boolean> {
    const { log, measures, deadLetters } = this.#options;
    const { id, type, source } = event;
    try {
      await deadLetters?.put(event, attempts, error);
    } catch (reason) {
      log.warn({ source, event: id, type, err: reason }, 'the dead letters take nothing now; the event is kept');
      return false;
    }
    measures.deadLetter(source);
    log.error({ source, event: id, type, attempts, err: error }, 'event given up; it is among the dead letters');
    return true;
  }

  #remember(id: string): void {
    this.#done.add(id);
    if (this.#done.size <= REMEMBERED) return;
    for (const oldest of this.#done) {
      this.#done.delete(oldest);
      break;
    }
  }
}

function isAway(error: unknown): boolean {
  if (error instanceof StoreUnavailable) return true;
  return error instanceof RpcError && ['UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(error.failure.code);
}
