import { parsePath } from '#lib/documents/paths.ts';
import type { Change, CollectionSpec, Condition, Document, OutboxEntry } from '#lib/documents/port.ts';
import { planChange, renderChange } from '#lib/documents/sqlite/changes.ts';
import { planCondition, renderTest } from '#lib/documents/sqlite/conditions.ts';
import type { SqlValue } from '#lib/documents/sqlite/expressions.ts';
import { field } from '#lib/documents/sqlite/expressions.ts';
import type { Statement } from '#lib/documents/sqlite/messages.ts';
import { Plan } from '#lib/documents/sqlite/plan.ts';
import { TELLS } from '#lib/documents/sqlite/schema.ts';

/** The rest of one array of entries behind another: `[a]` and `[b]` make `[a,b]`. */
const APPENDED = (present: string, added: string): string =>
  `CASE WHEN ${present} IS NULL THEN ${added} WHEN ${added} IS NULL THEN ${present} ` +
  `ELSE substr(${present},1,length(${present})-1) || ',' || substr(${added},2) END`;

/** How many rows one purge takes of each sort, so that no purge holds up the writes behind it. */
export const PURGE_ROWS = 500;

/** The statements of one collection. Text is made once for each shape; `?1` is the key and `?2` the time now. */
export class Table {
  readonly name: string;
  /** Holds for documents that are there: neither deleted nor expired at `?2`. */
  readonly live: string;
  readonly expires: boolean;
  readonly #expired: string;
  readonly #texts = new Map<string, string>();

  constructor(spec: CollectionSpec<Document>) {
    this.name = `"${spec.name}"`;
    this.expires = spec.expiry !== undefined;
    this.#expired = spec.expiry === undefined ? '?2 IS NULL' : `ifnull(${field(parsePath(spec.expiry))} <= ?2, 0)`;
    this.live = `deleted = 0 AND NOT ${this.#expired}`;
  }

  get(key: string, now: number): Statement {
    const sql = `SELECT json(body) AS value FROM ${this.name} WHERE key = ?1 AND ${this.live}`;
    return { sql, parameters: [key, now] };
  }

  /** Gives a row unless the key is taken. */
  insert(key: string, json: string, outbox: readonly OutboxEntry[], now: number): Statement {
    const sql =
      `INSERT INTO ${this.name} (key, body, outbox) VALUES (?1, jsonb(?3), nullif(?4,'')) ON CONFLICT (key) DO UPDATE ` +
      `SET body = excluded.body, deleted = 0, outbox = ${APPENDED(`${this.name}.outbox`, 'excluded.outbox')} ` +
      `WHERE ${this.name}.deleted = 1 OR ${this.#expired} RETURNING 1 AS value`;
    return { sql, parameters: [key, now, json, outbox.length === 0 ? '' : JSON.stringify(outbox)] };
  }

  /** Gives the document after the change. */
  update(key: string, condition: Condition, change: Change, outbox: readonly OutboxEntry[], now: number): Statement {
    const plan = this.#planWrite('update', key, outbox, now);
    planCondition(plan, condition);
    planChange(plan, change);
    return this.#statement(plan, () => {
      const { body, needs } = renderChange(plan.steps);
      const tells = outbox.length > 0 ? `, outbox = ${APPENDED('outbox', '?3')}` : '';
      const where = [this.#matching(plan), ...needs].join(' AND ');
      return `UPDATE ${this.name} SET body = ${body}${tells} WHERE ${where} RETURNING json(body) AS value`;
    });
  }

  /** Two attempts: to remove what has nothing to tell, else to leave a tombstone. Each gives the document as it was. */
  delete(key: string, condition: Condition, outbox: readonly OutboxEntry[], now: number): Statement[] {
    const plan = (verb: string): Plan => {
      const planned = this.#planWrite(verb, key, outbox, now);
      planCondition(planned, condition);
      return planned;
    };
    const bury = plan('bury');
    const tells = outbox.length > 0 ? `, outbox = ${APPENDED('outbox', '?3')}` : '';
    const burial = this.#statement(bury, () => {
      const told = outbox.length > 0 ? '' : ' AND outbox IS NOT NULL';
      const where = `${this.#matching(bury)}${told}`;
      return `UPDATE ${this.name} SET deleted = 1${tells} WHERE ${where} RETURNING json(body) AS value`;
    });
    if (outbox.length > 0) return [burial];
    const remove = plan('remove');
    const removal = this.#statement(remove, () => {
      const where = `${this.#matching(remove)} AND outbox IS NULL`;
      return `DELETE FROM ${this.name} WHERE ${where} RETURNING json(body) AS value`;
    });
    return [removal, burial];
  }

  /** Removes some of what has expired; what still has something to tell becomes a tombstone. */
  purge(now: number, rows: number): Statement[] {
    if (!this.expires) return [];
    const some = (told: string): string =>
      `rowid IN (SELECT rowid FROM ${this.name} WHERE deleted = 0 AND ${this.#expired} AND outbox IS ${told} LIMIT ?1 + 0)`;
    return [
      { sql: `UPDATE ${this.name} SET deleted = 1 WHERE ${some('NOT NULL')}`, parameters: [rows, now] },
      { sql: `DELETE FROM ${this.name} WHERE ${some('NULL')}`, parameters: [rows, now] },
    ];
  }

  /** Documents with outbox entries, the oldest entry first. */
  untold(limit: number): Statement {
    const sql = `SELECT key, outbox FROM ${this.name} WHERE ${TELLS} ORDER BY outbox ->> '$[0].id' LIMIT ?1 + 0`;
    return { sql, parameters: [limit] };
  }

  settle(key: string, entryIds: readonly string[]): Statement[] {
    const rest =
      'SELECT CASE count(*) WHEN 0 THEN NULL ELSE json_group_array(json(entry.value) ORDER BY entry.key) END ' +
      "FROM json_each(outbox) AS entry WHERE entry.value ->> '$.id' NOT IN (SELECT value FROM json_each(?2))";
    return [
      {
        sql: `UPDATE ${this.name} SET outbox = (${rest}) WHERE key = ?1 AND outbox IS NOT NULL`,
        parameters: [key, JSON.stringify(entryIds)],
      },
      { sql: `DELETE FROM ${this.name} WHERE key = ?1 AND deleted = 1 AND outbox IS NULL`, parameters: [key] },
    ];
  }

  #planWrite(verb: string, key: string, outbox: readonly OutboxEntry[], now: number): Plan {
    const told: SqlValue[] = outbox.length > 0 ? [JSON.stringify(outbox)] : [];
    return new Plan(`${verb} ${told.length}`, [key, now, ...told]);
  }

  #matching(plan: Plan): string {
    const tests = plan.steps.map(renderTest).filter((test) => test !== undefined);
    return ['key = ?1', this.live, ...tests].join(' AND ');
  }

  #statement(plan: Plan, render: () => string): Statement {
    let sql = this.#texts.get(plan.shape);
    if (sql === undefined) {
      sql = render();
      if (this.#texts.size >= 500) this.#texts.clear();
      this.#texts.set(plan.shape, sql);
    }
    return { sql, parameters: plan.parameters };
  }
}
