import { type Db, MongoServerError } from 'mongodb';
import type { MongoLog } from '#lib/documents/mongo/client.ts';
import { databaseIndexes, VALIDATOR } from '#lib/documents/mongo/schema.ts';
import { type CollectionSpec, type Document, StoreUnavailable } from '#lib/documents/port.ts';

/**
 * Raised whenever a collection or an index is declared no more or otherwise, or documents are stored in a form that the version
 * before cannot read. Only a process of a newer version drops indexes, and none of an older one starts.
 */
export const SCHEMA_VERSION = 1;

/** Holds versions. No collection of a service has an underscore in its name. */
const VERSIONS = 'otvet_schema';
/** The version of the newest process that ever started here. */
const NEWEST = 'newest';

const NAMESPACE_EXISTS = 48;
const DUPLICATE_KEY = 11_000;
/** A collection or an index that is not there. */
const ABSENCES = new Set<unknown>([26, 27]);

interface Version {
  readonly _id: string;
  readonly version: number;
  /** Of a collection, as JSON: how it was declared last. */
  readonly spec?: string;
}

/** Enters this version as the newest. Throws `StoreUnavailable` where a newer one was here. */
export async function enterVersion(database: Db, version: number): Promise<void> {
  if ((await checkVersion(database, version)) !== version) await raise(database, NEWEST, version);
}

/** The version that was entered, if any. Throws `StoreUnavailable` where it is newer than the given one. */
export async function checkVersion(database: Db, version: number): Promise<number | undefined> {
  const newest = await database.collection<Version>(VERSIONS).findOne({ _id: NEWEST });
  if (newest === null) return undefined;
  if (newest.version <= version) return newest.version;
  throw new StoreUnavailable(
    `the database ${database.databaseName} was written by a newer version of Otvet (schema ${newest.version}, this one ` +
      `knows ${version}): start that version, or give this one another database`,
  );
}

/**
 * Brings a collection and its indexes into being; any number of processes may do so at once. Indexes that are declared no more
 * are dropped once, by the first process of a newer version.
 */
export async function bringIntoBeing(
  database: Db,
  spec: CollectionSpec<Document>,
  version: number,
  log: MongoLog,
): Promise<void> {
  const declared = databaseIndexes(spec);
  await createCollection(database, spec.name, log);
  const collection = database.collection(spec.name);
  const [present, migrated] = await Promise.all([
    collection.listIndexes().toArray() as Promise<{ name: string }[]>,
    database.collection<Version>(VERSIONS).findOne({ _id: spec.name }),
  ]);
  const names = new Set(present.map(({ name }) => name));
  const missing = declared.filter(({ name }) => !names.has(name));
  if (missing.length > 0) await createIndexes(database, spec.name, missing);
  const text = JSON.stringify(spec);
  if (migrated !== null && migrated.version >= version) {
    if (migrated.version === version && migrated.spec !== text) await raise(database, spec.name, version, text);
    return;
  }
  const kept = new Set(['_id_', ...declared.map(({ name }) => name)]);
  for (const { name } of present) {
    if (kept.has(name)) continue;
    await collection.dropIndex(name).catch(unlessAbsent);
    log.info({ collection: spec.name, index: name }, 'index dropped: it is declared no more');
  }
  await raise(database, spec.name, version, text);
}

async function createCollection(database: Db, name: string, log: MongoLog): Promise<void> {
  try {
    await database.createCollection(name, { validator: VALIDATOR });
  } catch (error) {
    if (!hasCode(error, NAMESPACE_EXISTS)) throw error;
    await restoreValidator(database, name, log);
  }
}

/** Tools that copy a database may leave the validator out. */
async function restoreValidator(database: Db, name: string, log: MongoLog): Promise<void> {
  const [present] = await database.listCollections({ name }).toArray();
  const { options } = (present ?? {}) as { options?: { validator?: unknown } };
  if (options?.validator !== undefined) return;
  try {
    await database.command({ collMod: name, validator: VALIDATOR });
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    log.warn({ collection: name, code: error.code }, 'the size of its documents is not held: collMod was refused');
  }
}

async function createIndexes(database: Db, name: string, missing: ReturnType<typeof databaseIndexes>): Promise<void> {
  try {
    await database.collection(name).createIndexes([...missing]);
  } catch (error) {
    if (!hasCode(error, DUPLICATE_KEY)) throw error;
    const unique = missing.filter((index) => index.unique).map((index) => index.name);
    throw new StoreUnavailable(
      `${database.databaseName}.${name}: documents share values that shall be unique (${unique.join(', ')})`,
      { cause: error },
    );
  }
}

/** Two processes that put the first version at once: one is told of a duplicate and finds it there then. */
async function raise(database: Db, _id: string, version: number, spec?: string): Promise<void> {
  const versions = database.collection<Version>(VERSIONS);
  const change = { $max: { version }, ...(spec !== undefined && { $set: { spec } }) };
  const put = (): Promise<unknown> => versions.updateOne({ _id }, change, { upsert: true });
  await put().catch((error: unknown) => {
    if (!hasCode(error, DUPLICATE_KEY)) throw error;
    return put();
  });
}

/** How the collections of a database were declared last. */
export async function declarations(database: Db): Promise<readonly CollectionSpec<Document>[]> {
  const found = await database
    .collection<Version>(VERSIONS)
    .find({ spec: { $exists: true } }, { sort: { _id: 1 } })
    .toArray();
  return found.map(({ spec }) => JSON.parse(spec as string) as CollectionSpec<Document>);
}

function unlessAbsent(error: unknown): void {
  if (!(error instanceof MongoServerError) || !ABSENCES.has(error.code)) throw error;
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof MongoServerError && error.code === code;
}
