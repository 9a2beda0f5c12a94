import { DatabaseSync } from 'node:sqlite';
import { APPLICATION_ID, SCHEMA_VERSION } from '#lib/documents/sqlite/schema.ts';

/** How long a statement waits for a lock, in milliseconds: only the moments when SQLite recovers or closes a file. */
const BUSY_TIMEOUT_MS = 5_000;

/** The connection that writes. Throws with a clear message for a file that is not ours to write. */
export function openForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    claim(database, file);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA journal_size_limit = 16777216');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A connection that only reads; it sees all that was committed before each of its statements. */
export function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  database.exec('PRAGMA query_only = 1');
  return database;
}

function claim(database: DatabaseSync, file: string): void {
  const application = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (application === 0 && version === 0 && tables === 0) {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  } else if (application !== APPLICATION_ID) {
    throw new Error(`${file} is a database of another program; name another folder or move it away`);
  } else if (version > SCHEMA_VERSION) {
    throw new Error(`${file} was written by a newer version of Otvet (format ${version}); start that version again`);
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return database.prepare(`PRAGMA ${name}`).get()?.[name] as number;
}
