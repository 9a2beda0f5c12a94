import { setTimeout as sleep } from 'node:timers/promises';
import { type Event, FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { Application, type DeadLetters, type RetryTimes } from '#lib/events/application.ts';
import type { HintSource, Hints } from '#lib/events/hints.ts';
import type { EventMeasures } from '#lib/events/measures.ts';
import type { ConsumeOptions, EventConsumer } from '#lib/events/port.ts';
import { type Client, createClient, type RpcChannel } from '#lib/rpc/client.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** How often a feed is read anew, hints or not, in milliseconds. */
const REREAD_MS = 30_000;
/** Waits between attempts to reach the owner, doubled each time; the first few failures are nobody's business. */
const BACKOFF_MS = { first: 100, most: 10_000 };
const PATIENCE_MS = 800;
const PAGE = 500;

export interface FeedConsumerOptions {
  readonly consumed: ConsumeOptions;
  /** The way to the owner. It stays the caller's. */
  readonly channel: RpcChannel;
  readonly log: Logger;
  readonly measures: EventMeasures;
  /** Where to begin; empty for the oldest event kept. */
  readonly cursor: string;
  /** Where hints come from. Without one, and while it is away, the owner's feed is followed instead. */
  readonly hints?: HintSource | undefined;
  readonly deadLetters?: DeadLetters | undefined;
  readonly retry?: RetryTimes | undefined;
}

/** Reads the owner's feed at start, on reconnect and every 30 s, and in between hears of events as they come. */
export class FeedConsumer implements EventConsumer {
  readonly #source: string;
  readonly #client: Client<typeof FeedService>;
  readonly #log: Logger;
  readonly #hintSource: HintSource | undefined;
  readonly #application: Application;
  readonly #closing = new AbortController();
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #hints: Hints | undefined;
  #cursor: string;

  constructor(options: FeedConsumerOptions) {
    this.#source = options.consumed.source;
    this.#client = createClient(FeedService, options.channel);
    this.#log = options.log;
    this.#hintSource = options.hints;
    this.#cursor = options.cursor;
    this.#application = new Application(options);
    this.#running = this.#run();
  }

  caughtUp(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#caughtUp.promise.then(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#hints?.[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    let backoff = BACKOFF_MS.first;
    while (!this.#closing.signal.aborted) {
      try {
        // Hints first: what comes while the feed is read is not missed then.
        await this.#openHints();
        await this.#readToEnd();
        this.#caughtUp.resolve();
        backoff = BACKOFF_MS.first;
        await (this.#hints ? this.#listen(this.#hints, REREAD_MS) : this.#follow());
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        // An owner that starts or restarts is not there for a moment.
        const level = backoff < PATIENCE_MS ? 'debug' : 'warn';
        this.#log[level]({ source: this.#source, err: error }, 'feed not reached; trying again');
        // Half of it by chance, so that consumers of an owner that restarts do not come all at once.
        const pause = backoff * (0.5 + Math.random() / 2);
        await (this.#hints ? this.#listen(this.#hints, pause) : this.#pause(pause));
        backoff = Math.min(backoff * 2, BACKOFF_MS.most);
      }
    }
  }

  async #openHints(): Promise<void> {
    if (this.#hintSource === undefined || this.#hints?.ended.aborted === false) return;
    if (this.#hints) {
      // Deliveries that were to come again come no more.
      this.#application.takeOver();
      await this.#hints[Symbol.asyncDispose]();
    }
    this.#hints = await this.#hintSource.open();
  }

  async #readToEnd(): Promise<void> {
    const { signal } = this.#closing;
    await this.#application.again();
    for (let more = true; more && !signal.aborted; ) {
      const { events, nextCursor } = await this.#client.readFeed({ cursor: this.#cursor, pageSize: PAGE }, { signal });
      await this.#take(events, nextCursor);
      more = events.length === PAGE;
    }
  }

  /** Applies hints for so long, or until something is to be tried again, or until hints come no more. */
  async #listen(hints: Hints, ms: number): Promise<void> {
    const signal = AbortSignal.any([this.#closing.signal, hints.ended]);
    const end = performance.now() + ms;
    // However many hints come, the feed and what failed have their turn.
    for (let left = this.#waitMs(end); left > 0; left = this.#waitMs(end)) {
      const hint = await hints.next(left, signal);
      if (hint === undefined || signal.aborted) return;
      await hint.settle((event, afresh) => this.#application.deliver(event, afresh));
    }
  }

  /** Follows until the feed is to be read anew, or hints can be had. Throws when the feed is lost before. */
  async #follow(): Promise<void> {
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, this.#closing.signal]);
    const end = performance.now() + REREAD_MS;
    const stop = (): void => enough.abort();
    let timer = setTimeout(stop, this.#waitMs(end));
    this.#hintSource?.whenBack(signal, stop);
    try {
      const followed = this.#client.followFeed({ cursor: this.#cursor }, { signal, timeoutMs: 2 * REREAD_MS });
      for await (const { events, nextCursor } of followed) {
        await this.#take(events, nextCursor);
        clearTimeout(timer);
        timer = setTimeout(stop, this.#waitMs(end));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      enough.abort();
    }
  }

  /** How long to wait for news: until the feed is to be read, or what failed is to be tried again, with the next reading. */
  #waitMs(end: number): number {
    return Math.max(0, Math.min(end - performance.now(), this.#application.dueMs));
  }

  async #take(events: readonly Event[], nextCursor: string): Promise<void> {
    await this.#application.apply(events, this.#closing.signal);
    if (!this.#closing.signal.aborted) this.#cursor = nextCursor;
  }

  async #pause(ms: number): Promise<void> {
    // Rejects only when the consumer is disposed of, which the loop looks at itself.
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
