import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '#lib/clock.ts';
import type { Collection, CollectionSpec, Document, DocumentStore, OutboxEntry, Untold } from '#lib/documents/port.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { type Access, SqliteCollection } from '#lib/documents/sqlite/collection.ts';
import { openForReading } from '#lib/documents/sqlite/connection.ts';
import { StoreLock } from '#lib/documents/sqlite/lock.ts';
import type { Request, Statement } from '#lib/documents/sqlite/messages.ts';
import { tableSchema } from '#lib/documents/sqlite/schema.ts';
import { Statements } from '#lib/documents/sqlite/statements.ts';
import { PURGE_ROWS } from '#lib/documents/sqlite/table.ts';
import { WriterThread } from '#lib/documents/sqlite/thread.ts';

/** How often what has expired is removed, in milliseconds. For callers it is absent from its moment on. */
const PURGE_EVERY_MS = 30_000;

export interface SqliteOptions {
  /** The file; its folder is made where it is missing. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: StoreLog;
}

/** What the store has to say, for operators. A pino logger is one. */
export interface StoreLog {
  warn(fields: object, message: string): void;
}

/**
 * Opens the embedded store: one SQLite file that this process holds alone. Rejects with `StoreUnavailable` when another
 * process holds it, when the folder cannot be written, or when the file is not ours or from a newer version.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<DocumentStore> {
  const lock = StoreLock.take(options.file);
  try {
    const writer = await WriterThread.start(options.file);
    return new SqliteStore(options, lock, writer, openForReading(options.file));
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

class SqliteStore implements DocumentStore, Access {
  readonly exclusive = true;
  readonly clock: Clock;
  readonly #log: StoreLog;
  readonly #lock: StoreLock;
  readonly #writer: WriterThread;
  readonly #reader: DatabaseSync;
  readonly #statements: Statements;
  readonly #collections = new Map<string, { readonly spec: string; readonly collection: SqliteCollection<Document> }>();
  readonly #listeners = new Set<() => void>();
  readonly #purging: NodeJS.Timeout;

  constructor(options: SqliteOptions, lock: StoreLock, writer: WriterThread, reader: DatabaseSync) {
    this.clock = options.clock;
    this.#log = options.log;
    this.#lock = lock;
    this.#writer = writer;
    this.#reader = reader;
    this.#statements = new Statements(reader);
    this.#purging = setInterval(() => this.#purge(), PURGE_EVERY_MS).unref();
  }

  collection<D extends Document>(spec: CollectionSpec<D>): Collection<D> {
    const table = tableSchema(spec);
    const declared = JSON.stringify(spec);
    const known = this.#collections.get(spec.name);
    if (known !== undefined && known.spec !== declared) {
      throw new TypeError(`the collection ${spec.name} is declared in two ways`);
    }
    if (known !== undefined) return known.collection as unknown as Collection<D>;
    const ready = this.#writer.request({ kind: 'declare', table }).then(() => undefined);
    // Whoever uses the collection hears of it; a collection that nobody uses is no reason to end the process.
    ready.catch((error: Error) =>
      this.#log.warn({ collection: spec.name, error: error.message }, 'collection refused'),
    );
    const collection = new SqliteCollection<D>(spec, this, ready);
    this.#collections.set(spec.name, {
      spec: declared,
      collection: collection as unknown as SqliteCollection<Document>,
    });
    return collection;
  }

  async untold(limit: number): Promise<readonly Untold[]> {
    await this.ping();
    const found: Untold[] = [];
    for (const [name, { collection }] of this.#collections) {
      for (const { key, outbox } of this.read(collection.table.untold(limit))) {
        found.push({ collection: name, key: key as string, entries: JSON.parse(outbox as string) as OutboxEntry[] });
      }
    }
    return found.sort((a, b) => (oldest(a) < oldest(b) ? -1 : 1)).slice(0, limit);
  }

  async settle(collection: string, key: string, entryIds: readonly string[]): Promise<void> {
    const known = this.#collections.get(collection);
    if (known === undefined) throw new TypeError(`there is no collection ${collection}`);
    await this.#writer.request({ kind: 'run', statements: known.collection.table.settle(key, entryIds) });
  }

  onUntold(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ping(): Promise<void> {
    await this.#writer.request({ kind: 'run', statements: [] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#purging);
    // Writes that were asked for wait for their collection to be declared; they are ahead of us then.
    await Promise.allSettled([...this.#collections.values()].map(({ collection }) => collection.ready));
    await this.#writer.close();
    if (this.#reader.isOpen) this.#reader.close();
    this.#lock[Symbol.dispose]();
  }

  read({ sql, parameters }: Statement): Record<string, unknown>[] {
    if (!this.#reader.isOpen) throw new StoreUnavailable('the store is closed');
    try {
      return this.#statements.prepare(sql).all(...parameters);
    } catch (error) {
      throw new StoreUnavailable((error as Error).message, { cause: error });
    }
  }

  write(request: Request, lazy: boolean): ReturnType<WriterThread['request']> {
    return this.#writer.request(request, lazy);
  }

  told(): void {
    for (const listener of this.#listeners) listener();
  }

  /** A bounded piece of what has expired, of each collection; the rest with the next turns. */
  async #purge(): Promise<void> {
    for (const [name, { collection }] of this.#collections) {
      if (!collection.table.expires) continue;
      try {
        await this.#writer.request({ kind: 'run', statements: collection.table.purge(this.clock.now(), PURGE_ROWS) });
      } catch (error) {
        this.#log.warn({ collection: name, error: (error as Error).message }, 'purge failed');
      }
    }
  }
}

function oldest({ entries }: Untold): string {
  return entries[0]?.id ?? '';
}
