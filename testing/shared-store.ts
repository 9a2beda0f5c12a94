import {
  type Collection,
  type CollectionSpec,
  type Document,
  type DocumentStore,
  StoreUnavailable,
} from '#lib/documents/port.ts';

/** What a connection does with the calls that are made over it. */
export type Weather =
  | 'fine'
  /** Calls fail, and nothing is done. */
  | 'cut'
  /** Calls are done when the weather changes. */
  | 'frozen'
  /** Calls are done, and tell of it when the weather changes. */
  | 'silent';

/** One replica's connection to a store that it shares with others of the same test. */
export interface Connection {
  /** Not exclusive; its end leaves the shared store open. */
  readonly store: DocumentStore;
  weather: Weather;
  /** Calls made so far, such as `inbox.update`. */
  readonly calls: string[];
}

/** Lets several services of a test share a store, each over a connection that can fail by itself. */
export class SharedStore {
  readonly #store: DocumentStore;
  readonly #collections = new Map<string, Collection<Document>>();

  constructor(store: DocumentStore) {
    this.#store = store;
  }

  connect(): Connection {
    const line = new Line();
    const declare = <D extends Document>(spec: CollectionSpec<D>): Collection<D> => {
      const collection = this.#collections.getOrInsertComputed(spec.name, () => {
        return this.#store.collection(spec) as unknown as Collection<Document>;
      });
      return overLine(spec.name, collection as unknown as Collection<D>, line);
    };
    const store: DocumentStore = {
      exclusive: false,
      collection: declare,
      untold: (limit) => line.call('untold', () => this.#store.untold(limit)),
      settle: (...args) => line.call('settle', () => this.#store.settle(...args)),
      onUntold: (listener) => this.#store.onUntold(listener),
      ping: () => line.call('ping', () => this.#store.ping()),
      [Symbol.asyncDispose]: async () => undefined,
    };
    return Object.assign(line, { store });
  }
}

class Line {
  readonly calls: string[] = [];
  readonly #waiting: (() => void)[] = [];
  #weather: Weather = 'fine';

  get weather(): Weather {
    return this.#weather;
  }

  set weather(weather: Weather) {
    this.#weather = weather;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  async call<T>(name: string, run: () => Promise<T>): Promise<T> {
    this.calls.push(name);
    await this.#passage('frozen');
    const result = await run();
    await this.#passage('frozen', 'silent');
    return result;
  }

  async #passage(...waitsFor: readonly Weather[]): Promise<void> {
    if (waitsFor.includes(this.#weather)) await this.#change();
    if (this.#weather === 'cut') throw new StoreUnavailable('the connection is cut');
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

function overLine<D extends Document>(name: string, collection: Collection<D>, line: Line): Collection<D> {
  const call = <T>(method: string, run: () => Promise<T>) => line.call(`${name}.${method}`, run);
  return {
    get: (...args) => call('get', () => collection.get(...args)),
    insert: (...args) => call('insert', () => collection.insert(...args)),
    update: (...args) => call('update', () => collection.update(...args)),
    delete: (...args) => call('delete', () => collection.delete(...args)),
    find: (...args) => call('find', () => collection.find(...args)),
  };
}
