import type { Clock } from '#lib/clock.ts';
import type { Collection, CollectionSpec, Document, DocumentStore, OutboxEntry, Untold } from '#lib/documents/port.ts';
import { Positions } from '#lib/events/positions.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** How long a feed keeps its entries, in milliseconds: 7 days. */
const KEPT_MS = 7 * 86_400_000;
/** How often the outboxes are looked through though nothing woke the relay: what another process wrote waits so long. */
const POLL_MS = 30_000;
const RETRY_MS = 1_000;
const DOCUMENTS = 100;

/** One entry of a feed; its key is its position. */
export interface FeedEntry extends Document, Omit<OutboxEntry, 'id'> {
  /** The event's id: an entry is relayed once, also when its settling was cut short. */
  readonly event: string;
  readonly expires: number;
}

export const FEED: CollectionSpec<FeedEntry> = {
  name: 'feed',
  indexes: [{ name: 'event', paths: ['event'], unique: true }],
  expiry: 'expires',
};

export interface RelayOptions {
  readonly store: DocumentStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** 4 characters of chance. */
  readonly tag: string;
  /** To be called with each entry that is in the feed now; with some of them twice. */
  readonly onEntry: (entry: FeedEntry) => void;
  /** To be called after entries came into the feed. */
  readonly onRelayed: () => void;
}

/** Takes what documents have to tell out of their outboxes into the feed, in order, as soon as it is written. */
export class Relay implements AsyncDisposable {
  readonly #options: RelayOptions;
  readonly #entries: Collection<FeedEntry>;
  readonly #positions: Positions;
  readonly #unsubscribe: () => void;
  readonly #running: Promise<void>;
  #closed = false;
  #woken = false;
  #wake: () => void = () => undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#entries = options.store.collection(FEED);
    this.#positions = new Positions(options.tag);
    this.#unsubscribe = options.store.onUntold(() => this.#rouse());
    this.#running = this.#run();
  }

  /** Ends after the pass in progress; what is left is told after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    this.#rouse();
    await this.#running;
  }

  #rouse(): void {
    this.#woken = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    let resumed = false;
    while (!this.#closed) {
      this.#woken = false;
      try {
        if (!resumed) await this.#resume();
        resumed = true;
        await this.#pass();
        await this.#sleep(POLL_MS);
      } catch (error) {
        this.#options.log.warn({ err: error }, 'relay failed');
        this.#woken = false;
        await this.#sleep(RETRY_MS);
      }
    }
  }

  /** The clock may have been set back since the last start: positions never are. */
  async #resume(): Promise<void> {
    const { documents } = await this.#entries.find({ index: 'key', order: 'descending', limit: 1 });
    if (documents[0]) this.#positions.resume(documents[0].key);
  }

  async #pass(): Promise<void> {
    for (;;) {
      const untold = await this.#options.store.untold(DOCUMENTS);
      for (const one of untold) await this.#tell(one);
      if (untold.length > 0) this.#options.onRelayed();
      if (untold.length < DOCUMENTS || this.#closed) return;
    }
  }

  async #tell({ collection, key, entries }: Untold): Promise<void> {
    for (const { id, ...entry } of entries) {
      const now = this.#options.clock.now();
      const position = this.#positions.next(now);
      const document = { key: position, event: id, ...entry, expires: now + KEPT_MS };
      await this.#entries.insert(document);
      // Also where it was there before: whoever put it there may have ended before it told.
      this.#options.onEntry(document);
    }
    await this.#options.store.settle(
      collection,
      key,
      entries.map(({ id }) => id),
    );
  }

  #sleep(ms: number): Promise<void> {
    if (this.#woken || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
