import { setTimeout as sleep } from 'node:timers/promises';
import { type Event, FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { Application } from '#lib/events/application.ts';
import type { ConsumeOptions, EventBus, EventConsumer } from '#lib/events/port.ts';
import { type Client, createClient, type RpcChannel } from '#lib/rpc/client.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** How often a feed is read anew, hints or not, in milliseconds. */
const REREAD_MS = 30_000;
/** Waits between attempts to reach the owner, doubled each time; the first few failures are nobody's business. */
const BACKOFF_MS = { first: 100, most: 10_000 };
const PATIENCE_MS = 800;
const PAGE = 500;

export interface FeedBusOptions {
  /** Ways to the owners, by service name. They stay the caller's. */
  readonly channels: Readonly<Record<string, RpcChannel>>;
  readonly log: Logger;
  /** Where to begin, by source; the oldest event kept where there is none. */
  readonly cursors?: Readonly<Record<string, string>>;
}

/** The event bus of the embedded parts: each consumer follows the owner's feed over RPC, and reconnects for ever. */
export function createFeedBus(options: FeedBusOptions): EventBus {
  return {
    consume(consumed: ConsumeOptions): EventConsumer {
      const channel = options.channels[consumed.source];
      if (channel === undefined) throw new TypeError(`there is no way to ${consumed.source}`);
      const cursor = options.cursors?.[consumed.source] ?? '';
      return new FeedConsumer(consumed, createClient(FeedService, channel), options.log, cursor);
    },
  };
}

class FeedConsumer implements EventConsumer {
  readonly #source: string;
  readonly #client: Client<typeof FeedService>;
  readonly #log: Logger;
  readonly #application: Application;
  readonly #closing = new AbortController();
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #running: Promise<void>;
  #cursor: string;

  constructor(consumed: ConsumeOptions, client: Client<typeof FeedService>, log: Logger, cursor: string) {
    this.#source = consumed.source;
    this.#client = client;
    this.#log = log;
    this.#cursor = cursor;
    this.#application = new Application(consumed, log);
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
  }

  async #run(): Promise<void> {
    let backoff = BACKOFF_MS.first;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#readToEnd();
        this.#caughtUp.resolve();
        backoff = BACKOFF_MS.first;
        await this.#follow();
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        // An owner that starts or restarts is not there for a moment.
        const level = backoff < PATIENCE_MS ? 'debug' : 'warn';
        this.#log[level]({ source: this.#source, err: error }, 'feed not reached; trying again');
        // Half of it by chance, so that consumers of an owner that restarts do not come all at once.
        await this.#pause(backoff * (0.5 + Math.random() / 2));
        backoff = Math.min(backoff * 2, BACKOFF_MS.most);
      }
    }
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

  /** Follows until the feed is to be read anew. Throws when the feed is lost before. */
  async #follow(): Promise<void> {
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), Math.min(REREAD_MS, this.#application.retryMs));
    const signal = AbortSignal.any([enough.signal, this.#closing.signal]);
    try {
      const followed = this.#client.followFeed({ cursor: this.#cursor }, { signal, timeoutMs: 2 * REREAD_MS });
      for await (const { events, nextCursor } of followed) {
        await this.#take(events, nextCursor);
        if (this.#application.retryMs < REREAD_MS) break;
      }
      // What failed is tried again soon, with the next reading.
      if (this.#application.retryMs < REREAD_MS) await this.#pause(this.#application.retryMs);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
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
