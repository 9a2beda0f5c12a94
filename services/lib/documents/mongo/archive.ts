import type { Db } from 'mongodb';
import type { DocumentArchive, StoredCollection, StoredDocument } from '#lib/documents/archive.ts';
import { type Connected, type MongoLog, type MongoOptions, reachMongo } from '#lib/documents/mongo/client.ts';
import { unavailable } from '#lib/documents/mongo/failures.ts';
import {
  bringIntoBeing,
  checkVersion,
  declarations,
  enterVersion,
  SCHEMA_VERSION,
} from '#lib/documents/mongo/migration.ts';
import { indexedPaths } from '#lib/documents/mongo/schema.ts';
import { fromStored, marked, type Stored, toStored } from '#lib/documents/mongo/stored.ts';
import type { CollectionSpec, Document } from '#lib/documents/port.ts';
import { checkDocument } from '#lib/documents/values.ts';

/**
 * Opens the whole of a service's database; nothing is written before something is restored. Its service shall not run meanwhile; MongoDB cannot tell. Rejects with `StoreUnavailable`
 * where it cannot be reached or was written by a newer version.
 */
export function openMongoArchive(options: MongoOptions): Promise<DocumentArchive> {
  return reachMongo(options, async (connected) => {
    const database = connected.client.db(connected.database);
    await checkVersion(database, SCHEMA_VERSION);
    return new MongoArchive(connected, database, options.log);
  });
}

class MongoArchive implements DocumentArchive {
  readonly #connected: Connected;
  readonly #database: Db;
  readonly #log: MongoLog;
  readonly #declared = new Set<string>();

  constructor(connected: Connected, database: Db, log: MongoLog) {
    this.#connected = connected;
    this.#database = database;
    this.#log = log;
  }

  collections(): Promise<readonly StoredCollection[]> {
    return this.#try(async () => {
      const specs = await declarations(this.#database);
      return await Promise.all(
        specs.map(async (spec) => ({ spec, documents: await this.#database.collection(spec.name).countDocuments() })),
      );
    });
  }

  async *dump(collection: string): AsyncIterable<StoredDocument> {
    try {
      const all = this.#database.collection<Stored>(collection).find({}, { sort: { _id: 1 }, hint: '_id_' });
      for await (const stored of all) {
        const { _out: outbox = [], _gone } = stored;
        yield { document: fromStored(stored), outbox, deleted: _gone === true };
      }
    } catch (error) {
      throw unavailable(error, this.#connected.hosts);
    }
  }

  async restore(spec: CollectionSpec<Document>, documents: readonly StoredDocument[]): Promise<void> {
    const puts = documents.map((stored) => {
      const replacement = replacementOf(spec, stored);
      return { replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true } };
    });
    await this.#try(async () => {
      if (!this.#declared.has(spec.name)) {
        await enterVersion(this.#database, SCHEMA_VERSION);
        await bringIntoBeing(this.#database, spec, SCHEMA_VERSION, this.#log);
        this.#declared.add(spec.name);
      }
      if (puts.length > 0) await this.#database.collection<Stored>(spec.name).bulkWrite(puts, { ordered: false });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connected.client.close();
  }

  async #try<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw unavailable(error, this.#connected.hosts);
    }
  }
}

/** A tombstone is in no index; fields that it came with are kept, so that it is the same when it goes back. */
function replacementOf(spec: CollectionSpec<Document>, { document, outbox, deleted }: StoredDocument): Stored {
  const bytes = checkDocument(document);
  if (!deleted) return marked(toStored(document, indexedPaths(spec), outbox), bytes);
  return { ...marked(toStored(document, [], outbox), bytes), _gone: true };
}
