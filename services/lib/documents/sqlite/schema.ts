import type { DatabaseSync } from 'node:sqlite';
import { isIdentifier, parseFields } from '#lib/documents/paths.ts';
import type { CollectionSpec, Document, IndexSpec } from '#lib/documents/port.ts';
import { ABSENT, field } from '#lib/documents/sqlite/expressions.ts';

/** Raised when files of the version before can no longer be read; a store refuses files of a newer one. */
export const SCHEMA_VERSION = 1;
/** Marks our files among SQLite's: 'Otvt'. */
export const APPLICATION_ID = 0x4f747674;

/**
 * Holds for rows with something to tell, in the form that their index is made with. Not `IS NOT NULL`: SQLite would
 * compare that with the value of every parameter of every statement, and prepare each anew for each new value. For the
 * same reason limits are written as sums.
 */
export const TELLS = "outbox > ''";

/** A collection's table with the indexes that it shall have, each by its full name. */
export interface TableSchema {
  readonly name: string;
  readonly create: string;
  readonly indexes: Readonly<Record<string, string>>;
  /** The declaration itself, as JSON: the file knows its collections without the service that declared them. */
  readonly spec: string;
}

/** Where a file keeps the declarations of its collections. No collection can have this name. */
export const DECLARATIONS = '_collections';

/** The expressions that an index orders by, the key excepted: the first is NULL where a document is not in it. */
export function indexExpressions(index: IndexSpec): readonly string[] {
  const fields = index.paths.map((path) => field(parseFields(path)));
  return fields.map((expression, i) => (i === 0 ? expression : `ifnull(${expression},${ABSENT})`));
}

/** The name of an index in the file. */
export function indexName(collection: string, index: string): string {
  return `${collection}_by_${index}`;
}

/** The name by which the service knows an index, from its name in the file. */
export function declaredName(collection: string, inFile: string): string {
  return inFile.slice(`${collection}_by_`.length);
}

/** Throws `TypeError` for names and paths that break the port's rules. */
export function tableSchema(spec: CollectionSpec<Document>): TableSchema {
  if (!isIdentifier(spec.name)) throw new TypeError(`not a name for a collection: ${JSON.stringify(spec.name)}`);
  const indexes: Record<string, string> = {};
  const declare = (name: string, unique: boolean, columns: readonly string[], where: string): void => {
    const kind = unique ? 'UNIQUE INDEX' : 'INDEX';
    indexes[name] = `CREATE ${kind} "${name}" ON "${spec.name}" (${columns.join(', ')}) WHERE ${where}`;
  };
  for (const index of spec.indexes) {
    if (!isIdentifier(index.name) || index.name === 'key' || index.paths.length === 0) {
      throw new TypeError(`not an index: ${JSON.stringify(index.name)}`);
    }
    const columns = indexExpressions(index);
    const unique = index.unique === true;
    declare(indexName(spec.name, index.name), unique, unique ? columns : [...columns, 'key'], 'deleted = 0');
  }
  declare(`${spec.name}_untold`, false, ["outbox ->> '$[0].id'"], TELLS);
  if (spec.expiry !== undefined) {
    declare(`${spec.name}_expiring`, false, [field(parseFields(spec.expiry))], 'deleted = 0');
  }
  const columns = 'key TEXT PRIMARY KEY NOT NULL, body BLOB NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, outbox TEXT';
  const create = `CREATE TABLE IF NOT EXISTS "${spec.name}" (${columns})`;
  return { name: spec.name, create, indexes, spec: JSON.stringify(spec) };
}

/** Makes the table, makes the indexes that are missing or have changed, and drops those that are declared no more. */
export function bringIntoBeing(database: DatabaseSync, table: TableSchema): void {
  database.exec(table.create);
  const present = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL")
    .all(table.name) as { name: string; sql: string }[];
  for (const { name, sql } of present) {
    if (table.indexes[name] !== sql) database.exec(`DROP INDEX "${name}"`);
  }
  const kept = new Set(present.filter(({ name, sql }) => table.indexes[name] === sql).map(({ name }) => name));
  for (const [name, sql] of Object.entries(table.indexes)) {
    if (!kept.has(name)) database.exec(sql);
  }
  database.exec(`CREATE TABLE IF NOT EXISTS ${DECLARATIONS} (name TEXT PRIMARY KEY NOT NULL, spec TEXT NOT NULL)`);
  database
    .prepare(`INSERT INTO ${DECLARATIONS} VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET spec = ?2 WHERE spec <> ?2`)
    .run(table.name, table.spec);
}
