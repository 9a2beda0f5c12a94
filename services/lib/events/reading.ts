import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import { pageTokenInvalid } from '#lib/documents/page.ts';
import { boundary, isCursor } from '#lib/events/positions.ts';
import { RpcError } from '#lib/rpc/status.ts';

/**
 * How far a cursor at the end of the feed stays behind, in milliseconds: several processes may commit out of order, and
 * what is committed late must still lie ahead of every cursor.
 */
const OVERLAP_MS = 5_000;
/** How often followers look though nothing woke them: what is new may come from another process. */
const POLL_MS = 10_000;
const PAGE = 100;

/** Some events, oldest first, and where to go on. */
export interface FeedPage {
  readonly events: Event[];
  readonly nextCursor: string;
}

/** An event and its place in the feed: see `Positions`. */
export interface Placed {
  readonly position: string;
  readonly event: Event;
}

/** Finds at most `limit` events behind a position, oldest first; from the oldest kept on where it is empty. */
export type FindPlaced = (
  after: string,
  limit: number,
) => Promise<{ readonly placed: readonly Placed[]; readonly ended: boolean }>;

/** Reads and follows the events of one owner by cursors, wherever they are kept. */
export class FeedReader {
  readonly #find: FindPlaced;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #followers = new Set<() => void>();

  constructor(find: FindPlaced, clock: Clock) {
    this.#find = find;
    this.#clock = clock;
  }

  /** Rejects with `RpcError` (PAGE_TOKEN_INVALID) for a cursor that no feed gave. */
  async read(cursor: string, limit: number): Promise<FeedPage> {
    const { placed, nextCursor } = await this.#read(cursor, limit);
    return { events: placed.map(({ event }) => event), nextCursor };
  }

  async *follow(cursor: string, signal: AbortSignal): AsyncIterable<FeedPage> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    // Of what lies ahead of the cursor, what was sent already.
    let sent = new Set<string>();
    let at = cursor;
    for (let first = true; !ended.aborted; first = false) {
      using follower = new Follower(this.#followers, ended);
      const page = await this.#read(at, PAGE);
      const fresh = page.placed.filter(({ position }) => !sent.has(position));
      at = page.nextCursor;
      sent = new Set([...sent, ...page.placed.map(({ position }) => position)].filter((position) => position > at));
      if (fresh.length > 0 || first) yield { events: fresh.map(({ event }) => event), nextCursor: at };
      if (page.ended) await follower.news(POLL_MS);
    }
  }

  /** Something new is there. */
  wake(): void {
    for (const wake of this.#followers) wake();
  }

  /** Ends all following. */
  close(): void {
    this.#closing.abort();
  }

  async #read(cursor: string, limit: number) {
    if (!isCursor(cursor)) throw new RpcError(pageTokenInvalid);
    const settled = boundary(this.#clock.now() - OVERLAP_MS);
    const { placed, ended } = await this.#find(cursor, limit);
    const last = placed.at(-1)?.position ?? cursor;
    return { placed, ended, nextCursor: ended && last > settled ? settled : last };
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
