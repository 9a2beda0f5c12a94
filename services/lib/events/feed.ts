import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Event, EventSchema, type FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import { pageTokenInvalid } from '#lib/documents/page.ts';
import type { Collection, DocumentStore } from '#lib/documents/port.ts';
import { boundary, isCursor } from '#lib/events/positions.ts';
import { FEED, type FeedEntry, Relay } from '#lib/events/relay.ts';
import { type Ids, systemIds } from '#lib/ids.ts';
import type { Handlers } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/**
 * How far a cursor at the end of the feed stays behind, in milliseconds: several relays may commit out of order, and
 * what is committed late must still lie ahead of every cursor.
 */
const OVERLAP_MS = 5_000;
/** How often followers look though nothing woke them: the relay may be another process. */
const POLL_MS = 10_000;
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

/** Some events, oldest first, and where to go on. */
export interface FeedPage {
  readonly events: Event[];
  readonly nextCursor: string;
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

interface Read extends FeedPage {
  readonly entries: readonly FeedEntry[];
  readonly ended: boolean;
}

class StoreFeed implements Feed {
  readonly #options: FeedOptions;
  readonly #entries: Collection<FeedEntry>;
  readonly #relay: Relay;
  readonly #closing = new AbortController();
  readonly #followers = new Set<() => void>();

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#entries = options.store.collection(FEED);
    this.#relay = new Relay({
      ...options,
      tag: (options.ids ?? systemIds).random().slice(0, 4),
      onEntry: (entry) => options.announce?.(this.#event(entry)),
      onRelayed: () => this.#wakeFollowers(),
    });
  }

  async read(cursor: string, limit: number): Promise<FeedPage> {
    const { events, nextCursor } = await this.#read(cursor, limit);
    return { events, nextCursor };
  }

  async *follow(cursor: string, signal: AbortSignal): AsyncIterable<FeedPage> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    // Of what lies ahead of the cursor, what was sent already.
    let sent = new Set<string>();
    let at = cursor;
    for (let first = true; !ended.aborted; first = false) {
      using follower = new Follower(this.#followers, ended);
      const page = await this.#read(at, PAGE);
      const fresh = page.events.filter((_, i) => !sent.has(page.entries[i]?.key ?? ''));
      at = page.nextCursor;
      sent = new Set([...sent, ...page.entries.map(({ key }) => key)].filter((key) => key > at));
      if (fresh.length > 0 || first) yield { events: fresh, nextCursor: at };
      if (page.ended) await follower.news(POLL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#relay[Symbol.asyncDispose]();
  }

  async #read(cursor: string, limit: number): Promise<Read> {
    if (!isCursor(cursor)) throw new RpcError(pageTokenInvalid);
    const settled = boundary(this.#options.clock.now() - OVERLAP_MS);
    const range = cursor === '' ? {} : { range: { gt: cursor } };
    const { documents: entries, next } = await this.#entries.find({ index: 'key', limit, ...range });
    const last = entries.at(-1)?.key ?? cursor;
    const ended = next === undefined;
    const nextCursor = ended && last > settled ? settled : last;
    return { entries, ended, nextCursor, events: entries.map((entry) => this.#event(entry)) };
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

  #wakeFollowers(): void {
    for (const wake of this.#followers) wake();
  }
}

/** Listens from its making on, so that news that come while the feed is read are not missed. */
class Follower implements Disposable {
  readonly #among: Set<() => void>;
  readonly #ended: AbortSignal;
  readonly #news = Promise.withResolvers<void>();
  readonly #wake = (): void => this.#news.resolve();

  constructor(among: Set<() => void>, ended: AbortSignal) {
    this.#among = among;
    this.#ended = ended;
    among.add(this.#wake);
    ended.addEventListener('abort', this.#wake);
  }

  /** Resolves with news, at the end, or after so many milliseconds. */
  async news(ms: number): Promise<void> {
    if (this.#ended.aborted) return;
    const timer = setTimeout(this.#wake, ms);
    await this.#news.promise;
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    this.#among.delete(this.#wake);
    this.#ended.removeEventListener('abort', this.#wake);
  }
}
