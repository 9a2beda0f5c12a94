import type { Collection, CollectionSpec, Document, DocumentStore } from '#lib/documents/port.ts';

/** The way of one replica to the store that all share. While it is paused its calls wait, as those of a process that is stopped. */
export class PausableStore implements DocumentStore {
  readonly exclusive = false;
  readonly #store: DocumentStore;
  #gate: PromiseWithResolvers<void> | undefined;
  calls = 0;

  constructor(store: DocumentStore) {
    this.#store = store;
  }

  pause(): void {
    this.#gate ??= Promise.withResolvers();
  }

  wake(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  collection<D extends Document>(spec: CollectionSpec<D>): Collection<D> {
    const collection = this.#store.collection(spec);
    const through = async <R>(call: () => Promise<R>): Promise<R> => {
      this.calls += 1;
      await this.#gate?.promise;
      const result = await call();
      await this.#gate?.promise;
      return result;
    };
    return {
      get: (key) => through(() => collection.get(key)),
      insert: (document, options) => through(() => collection.insert(document, options)),
      update: (key, condition, change, options) => through(() => collection.update(key, condition, change, options)),
      delete: (key, condition, options) => through(() => collection.delete(key, condition, options)),
      find: (query) => through(() => collection.find(query)),
    };
  }

  untold(limit: number) {
    return this.#store.untold(limit);
  }
  settle(collection: string, key: string, ids: readonly string[]) {
    return this.#store.settle(collection, key, ids);
  }
  onUntold(listener: () => void) {
    return this.#store.onUntold(listener);
  }
  async ping(): Promise<void> {
    await this.#gate?.promise;
    await this.#store.ping();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.wake();
  }
}
