import type { Clock } from '#lib/clock.ts';
import type { Collection, CollectionSpec, Document, DocumentStore, OutboxEntry, Value } from '#lib/documents/port.ts';

/** Opens an empty store for a contract. */
export type OpenStore = (clock: Clock) => Promise<{ readonly store: DocumentStore; close(): Promise<void> }>;

/** A document of any fields. */
export interface Loose extends Document {
  readonly [field: string]: Value;
}

/** The store that a contract looks at, with a clock that tests set and names for collections of their own. */
export class StoreUnderTest implements Clock {
  #opened: Awaited<ReturnType<OpenStore>> | undefined;
  #time = 1_700_000_000_000;
  #count = 0;

  get store(): DocumentStore {
    if (this.#opened === undefined) throw new Error('the store is not open');
    return this.#opened.store;
  }

  now(): number {
    return this.#time;
  }

  /** Lets time pass, in milliseconds. */
  pass(ms: number): void {
    this.#time += ms;
  }

  async open(open: OpenStore): Promise<void> {
    this.#opened = await open(this);
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }

  /** A collection that no other test knows, with its name. */
  fresh(spec: Partial<CollectionSpec<Loose>> = {}): Collection<Loose> & { readonly name: string } {
    this.#count++;
    const name = `things${this.#count}`;
    const collection = this.store.collection<Loose>({ indexes: [], ...spec, name });
    return {
      name,
      get: (key) => collection.get(key),
      insert: (document, options) => collection.insert(document, options),
      update: (key, condition, change, options) => collection.update(key, condition, change, options),
      delete: (key, condition, options) => collection.delete(key, condition, options),
      find: (query) => collection.find(query),
    };
  }
}

/** An outbox entry with the given id. */
export function entry(id: string): OutboxEntry {
  return { id, type: 'otvet.test.v1.Changed', subject: 'things/1', time: 1, data: 'AA==' };
}

/** Asserts that a promise rejects with a `TypeError` that says `what`. */
export async function refused(promise: Promise<unknown>, what: RegExp): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TypeError && what.test(error.message)) return;
  throw new Error(`expected a TypeError that says ${what}, got ${error === undefined ? 'none' : String(error)}`);
}
