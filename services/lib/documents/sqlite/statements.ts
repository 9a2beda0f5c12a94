import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Prepared statements of one connection, by their text. The oldest go when there are too many. */
export class Statements {
  static readonly LIMIT = 500;
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    if (this.#prepared.size === Statements.LIMIT) {
      for (const oldest of this.#prepared.keys()) {
        this.#prepared.delete(oldest);
        break;
      }
    }
    this.#prepared.set(sql, statement);
    return statement;
  }
}
