import type { Db, MongoClient } from 'mongodb';
import type { Clock } from '#lib/clock.ts';
import type { Access } from '#lib/documents/mongo/access.ts';
import { type Connected, connectMongo, type MongoLog, type MongoOptions } from '#lib/documents/mongo/client.ts';
import { MongoDocuments } from '#lib/documents/mongo/collection.ts';
import { unavailable } from '#lib/documents/mongo/failures.ts';
import { bringIntoBeing, enterVersion, SCHEMA_VERSION } from '#lib/documents/mongo/migration.ts';
import { databaseIndexes } from '#lib/documents/mongo/schema.ts';
import type { Stored } from '#lib/documents/mongo/stored.ts';
import type { Collection, CollectionSpec, Document, DocumentStore, OutboxEntry, Untold } from '#lib/documents/port.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';

/** How often what has expired is removed, in milliseconds. For callers it is absent from its moment on. */
const PURGE_EVERY_MS = 30_000;
/** Readiness is asked for every few seconds: an answer that takes longer than this is none. */
const PING_LIMIT_MS = 2_000;

export interface MongoStoreOptions extends MongoOptions {
  readonly clock: Clock;
  /** Of the schema; other than the real one in tests only. */
  readonly version?: number;
}

/**
 * Opens a service's database in MongoDB; waits for it while it is not there. Rejects with `StoreUnavailable` for a URL that cannot be
 * used and for a database that was written by a newer version.
 */
export function openMongoStore(options: MongoStoreOptions): Promise<DocumentStore> {
  return connectMongo(options, async (connected) => {
    const database = connected.client.db(connected.database);
    await enterVersion(database, options.version ?? SCHEMA_VERSION);
    return new MongoStore(options, connected, database);
  });
}

interface Declared {
  readonly spec: string;
  readonly documents: MongoDocuments<Document>;
  /** Brings it into being; begun anew after it failed. */
  readonly ready: () => Promise<void>;
}

class MongoStore implements DocumentStore, Access {
  readonly exclusive = false;
  readonly clock: Clock;
  readonly #log: MongoLog;
  readonly #version: number;
  readonly #client: MongoClient;
  readonly #hosts: string;
  readonly #database: Db;
  readonly #collections = new Map<string, Declared>();
  readonly #listeners = new Set<() => void>();
  readonly #purging: NodeJS.Timeout;
  #closed = false;
  #inFlight = 0;
  #whenIdle: (() => void) | undefined;

  constructor(options: MongoStoreOptions, { client, hosts }: Connected, database: Db) {
    this.clock = options.clock;
    this.#log = options.log;
    this.#version = options.version ?? SCHEMA_VERSION;
    this.#client = client;
    this.#hosts = hosts;
    this.#database = database;
    this.#purging = setInterval(() => this.#purge(), PURGE_EVERY_MS).unref();
  }

  collection<D extends Document>(spec: CollectionSpec<D>): Collection<D> {
    databaseIndexes(spec);
    const declared = JSON.stringify(spec);
    const known = this.#collections.get(spec.name);
    if (known !== undefined && known.spec !== declared) {
      throw new TypeError(`the collection ${spec.name} is declared in two ways`);
    }
    if (known !== undefined) return known.documents as unknown as Collection<D>;
    const documents = new MongoDocuments<D>(spec, this, this.#database.collection<Stored>(spec.name));
    const ready = once(() => bringIntoBeing(this.#database, spec, this.#version, this.#log));
    this.#collections.set(spec.name, {
      spec: declared,
      documents: documents as unknown as MongoDocuments<Document>,
      ready,
    });
    documents
      .ready()
      .catch((error: Error) => this.#log.warn({ collection: spec.name, error: error.message }, 'collection refused'));
    return documents;
  }

  async untold(limit: number): Promise<readonly Untold[]> {
    const found = await Promise.all(
      [...this.#collections].map(async ([collection, { documents }]) => {
        const stored = await documents.untold(limit);
        return stored.map(({ _id, _out }) => ({ collection, key: _id, entries: _out as readonly OutboxEntry[] }));
      }),
    );
    return found
      .flat()
      .sort((a, b) => (oldest(a) < oldest(b) ? -1 : 1))
      .slice(0, limit);
  }

  async settle(collection: string, key: string, entryIds: readonly string[]): Promise<void> {
    const known = this.#collections.get(collection);
    if (known === undefined) throw new TypeError(`there is no collection ${collection}`);
    await known.documents.settle(key, entryIds);
  }

  onUntold(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ping(): Promise<void> {
    if (this.#closed) throw new StoreUnavailable('the store is closed');
    const { promise, reject } = Promise.withResolvers<never>();
    const late = new StoreUnavailable(`MongoDB at ${this.#hosts} did not answer within ${PING_LIMIT_MS} ms`);
    const timer = setTimeout(() => reject(late), PING_LIMIT_MS);
    try {
      await Promise.race([promise, this.#database.command({ ping: 1 })]);
    } catch (error) {
      throw unavailable(error, this.#hosts);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Calls that are on their way are waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#purging);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenIdle = resolve;
    if (this.#inFlight > 0) await promise;
    await this.#client.close();
  }

  async call<T>(collection: string, run: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailable('the store is closed');
    this.#inFlight++;
    try {
      await this.#collections.get(collection)?.ready();
      return await run();
    } catch (error) {
      throw unavailable(error, this.#hosts);
    } finally {
      if (--this.#inFlight === 0) this.#whenIdle?.();
    }
  }

  told(): void {
    for (const listener of this.#listeners) listener();
  }

  async #purge(): Promise<void> {
    for (const [name, { documents }] of this.#collections) {
      try {
        await this.call(name, () => documents.purge());
      } catch (error) {
        this.#log.warn({ collection: name, error: (error as Error).message }, 'purge failed');
      }
    }
  }
}

/** Does something once; again only after it failed. */
function once(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= run().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}

function oldest({ entries }: Untold): string {
  return entries[0]?.id ?? '';
}
