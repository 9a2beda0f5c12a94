import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Event, EventSchema, type FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Collection, DocumentStore } from '#lib/documents/port.ts';
import { type FeedPage, FeedReader } from '#lib/events/reading.ts';
import { FEED, type FeedEntry, Relay } from '#lib/events/relay.ts';
import { type Ids, systemIds } from '#lib/ids.ts';
import type { Handlers } from '#lib/rpc/server.ts';
import type { Logger } from '#lib/telemetry/log.ts';

const PAGE = 100;

export interface FeedOptions {
  readonly store: DocumentStore;
  /** The owner: its service name. */
  readonly source: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ids?: Ids;
  /** Called with each event after it came into the feed: `announce` of `#lib/events/open.ts`. */
  readonly announce?: (event: Event) => void;
}

/** What changed at one owner, kept for 7 days. Relays its store's outboxes from its making until it is disposed of. */
export interface Feed extends AsyncDisposable {
  /** At most `limit` events after a cursor; fewer at the end, where some of the last seconds may come again later. */
  read(cursor: string, limit: number): Promise<FeedPage>;
  /** The same, going on until the signal aborts or the feed is disposed of. The first page may be empty. */
  follow(cursor: string, signal: AbortSignal): AsyncIterable<FeedPage>;
}

/** The feed of a store. Cursors that it did not give are refused with `RpcError` (PAGE_TOKEN_INVALID). */
export function createFeed(options: FeedOptions): Feed {
  return new StoreFeed(options);
}

/** Serves a feed as `otvet.feed.v1.FeedService`. */
export function feedHandlers(feed: Feed): Handlers<typeof FeedService> {
  return {
    readFeed: ({ cursor, pageSize }) => feed.read(cursor, pageSize === 0 ? PAGE : pageSize),
    followFeed: ({ cursor }, context) => feed.follow(cursor, context.signal),
  };
}

class StoreFeed implements Feed {
  readonly #options: FeedOptions;
  readonly #entries: Collection<FeedEntry>;
  readonly #reader: FeedReader;
  readonly #relay: Relay;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#entries = options.store.collection(FEED);
    this.#reader = new FeedReader((after, limit) => this.#find(after, limit), options.clock);
    this.#relay = new Relay({
      ...options,
      tag: (options.ids ?? systemIds).random().slice(0, 4),
      onEntry: (entry) => options.announce?.(this.#event(entry)),
      onRelayed: () => this.#reader.wake(),
    });
  }

  read(cursor: string, limit: number): Promise<FeedPage> {
    return this.#reader.read(cursor, limit);
  }

  follow(cursor: string, signal: AbortSignal): AsyncIterable<FeedPage> {
    return this.#reader.follow(cursor, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
    await this.#relay[Symbol.asyncDispose]();
  }

  async #find(after: string, limit: number) {
    const range = after === '' ? {} : { range: { gt: after } };
    const { documents, next } = await this.#entries.find({ index: 'key', limit, ...range });
    return {
      placed: documents.map((entry) => ({ position: entry.key, event: this.#event(entry) })),
      ended: next === undefined,
    };
  }

  #event({ event, type, subject, time, data, traceparent = '' }: FeedEntry): Event {
    const { source } = this.#options;
    const bytes = Buffer.from(data, 'base64');
    return create(EventSchema, {
      id: event,
      source,
      type,
      subject,
      time: timestampFromMs(time),
      data: bytes,
      traceparent,
    });
  }
}
