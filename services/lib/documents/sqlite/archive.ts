import type { DatabaseSync } from 'node:sqlite';
import type { DocumentArchive, StoredCollection, StoredDocument } from '#lib/documents/archive.ts';
import { isIdentifier } from '#lib/documents/paths.ts';
import { type CollectionSpec, type Document, StoreUnavailable } from '#lib/documents/port.ts';
import { openForWriting } from '#lib/documents/sqlite/connection.ts';
import { StoreLock } from '#lib/documents/sqlite/lock.ts';
import { bringIntoBeing, DECLARATIONS, tableSchema } from '#lib/documents/sqlite/schema.ts';
import { encodeDocument } from '#lib/documents/values.ts';

/**
 * Opens the whole of an embedded store, which is made where it is missing. Throws `StoreUnavailable` while a process of Otvet holds
 * it, and for a file that is not ours or from a newer version.
 */
export function openSqliteArchive(file: string): DocumentArchive {
  const lock = StoreLock.take(file);
  try {
    return new SqliteArchive(lock, openForWriting(file));
  } catch (error) {
    lock[Symbol.dispose]();
    throw new StoreUnavailable((error as Error).message, { cause: error });
  }
}

class SqliteArchive implements DocumentArchive {
  readonly #lock: StoreLock;
  readonly #database: DatabaseSync;
  readonly #declared = new Set<string>();

  constructor(lock: StoreLock, database: DatabaseSync) {
    this.#lock = lock;
    this.#database = database;
  }

  async collections(): Promise<readonly StoredCollection[]> {
    const names = this.#column("SELECT name AS value FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    return names.filter(isIdentifier).map((name) => ({
      spec: this.#spec(name, names.includes(DECLARATIONS)),
      documents: this.#database.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.n as number,
    }));
  }

  async *dump(collection: string): AsyncIterable<StoredDocument> {
    const sql = `SELECT key, json(body) AS body, deleted, outbox FROM "${collection}" ORDER BY key`;
    for (const row of this.#database.prepare(sql).iterate()) {
      const deleted = row.deleted === 1;
      yield {
        // What was deleted stays behind: a tombstone has a key and something to tell.
        document: deleted ? { key: row.key as string } : JSON.parse(row.body as string),
        outbox: row.outbox === null ? [] : JSON.parse(row.outbox as string),
        deleted,
      };
    }
  }

  async restore(spec: CollectionSpec<Document>, documents: readonly StoredDocument[]): Promise<void> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      if (!this.#declared.has(spec.name)) bringIntoBeing(this.#database, tableSchema(spec));
      const put = this.#database.prepare(
        `INSERT INTO "${spec.name}" (key, body, deleted, outbox) VALUES (?, jsonb(?), ?, ?) ` +
          'ON CONFLICT (key) DO UPDATE SET body = excluded.body, deleted = excluded.deleted, outbox = excluded.outbox',
      );
      for (const { document, outbox, deleted } of documents) {
        const untold = outbox.length === 0 ? null : JSON.stringify(outbox);
        put.run(document.key, encodeDocument(document), deleted ? 1 : 0, untold);
      }
      this.#database.exec('COMMIT');
      this.#declared.add(spec.name);
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw new StoreUnavailable((error as Error).message, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
    this.#lock[Symbol.dispose]();
  }

  /** A file that was last used before files knew their declarations says nothing of indexes; its service will. */
  #spec(name: string, known: boolean): CollectionSpec<Document> {
    const texts = known ? this.#column(`SELECT spec AS value FROM ${DECLARATIONS} WHERE name = ?`, name) : [];
    return texts[0] === undefined ? { name, indexes: [] } : (JSON.parse(texts[0]) as CollectionSpec<Document>);
  }

  #column(sql: string, ...parameters: string[]): string[] {
    return this.#database
      .prepare(sql)
      .all(...parameters)
      .map(({ value }) => value as string);
  }
}
