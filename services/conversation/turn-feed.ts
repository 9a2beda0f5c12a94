import type { Clock } from '#lib/clock.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { Feed } from '#lib/events/feed.ts';
import { boundary } from '#lib/events/positions.ts';
import { type FeedPage, FeedReader, type Placed } from '#lib/events/reading.ts';
import { handoffChanged } from './handoff-events.ts';
import type { SessionRecord } from './sessions.ts';
import { feedbackGiven, turnFinished } from './turn-events.ts';
import type { TurnRecord } from './turns.ts';

/** How far back the feed goes, in milliseconds: 7 days, as those of other services. */
const KEPT_MS = 7 * 86_400_000;

/** The feed of conversation: a view on the documents of its turns by two indexes, which spares two writes for each turn, and of its sessions by one. */
export class TurnFeed implements Feed {
  readonly #turns: Collection<TurnRecord>;
  readonly #sessions: Collection<SessionRecord>;
  readonly #clock: Clock;
  readonly #reader: FeedReader;

  constructor(turns: Collection<TurnRecord>, sessions: Collection<SessionRecord>, clock: Clock) {
    this.#turns = turns;
    this.#sessions = sessions;
    this.#clock = clock;
    this.#reader = new FeedReader((after, limit) => this.#find(after, limit), clock);
  }

  read(cursor: string, limit: number): Promise<FeedPage> {
    return this.#reader.read(cursor, limit);
  }

  follow(cursor: string, signal: AbortSignal): AsyncIterable<FeedPage> {
    return this.#reader.follow(cursor, signal);
  }

  /** Something new is there. */
  wake(): void {
    this.#reader.wake();
  }

  /** The newest position: whatever the clock says by now, those of this process go on behind it. Undefined in an empty store. */
  async last(): Promise<string | undefined> {
    const query = { order: 'descending', limit: 1 } as const;
    const [finished, given, handoffs] = await Promise.all([
      this.#turns.find({ ...query, index: 'told' }),
      this.#turns.find({ ...query, index: 'feedbackTold' }),
      this.#sessions.find({ ...query, index: 'handoffTold' }),
    ]);
    const turns = [...finished.documents, ...given.documents];
    return [
      ...turns.flatMap(({ told, feedback }) => [told, feedback?.told]),
      ...handoffs.documents.map(({ handoffTold }) => handoffTold),
    ]
      .filter((position) => position !== undefined)
      .sort()
      .at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
  }

  async #find(after: string, limit: number) {
    const range = { gt: after === '' ? boundary(this.#clock.now() - KEPT_MS) : after };
    const [finished, given, handoffs] = await Promise.all([
      this.#turns.find({ index: 'told', range, limit }),
      this.#turns.find({ index: 'feedbackTold', range, limit }),
      this.#sessions.find({ index: 'handoffTold', range, limit }),
    ]);
    const all: Placed[] = [
      ...finished.documents.map(turnFinished),
      ...given.documents.map(feedbackGiven),
      ...handoffs.documents.map(handoffChanged),
    ].filter((one) => one !== undefined);
    all.sort((a, b) => (a.position < b.position ? -1 : 1));
    const ended = [finished, given, handoffs].every(({ next }) => next === undefined) && all.length <= limit;
    return { placed: all.slice(0, limit), ended };
  }
}
