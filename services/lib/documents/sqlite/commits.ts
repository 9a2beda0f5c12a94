import type { DatabaseSync } from 'node:sqlite';
import { failureOf } from '#lib/documents/sqlite/failures.ts';
import type { DeclareRequest, Reply, RunRequest, Statement, WriteRequest } from '#lib/documents/sqlite/messages.ts';
import { bringIntoBeing } from '#lib/documents/sqlite/schema.ts';
import { Statements } from '#lib/documents/sqlite/statements.ts';
import { exceedsLimit, MAX_DOCUMENT_BYTES } from '#lib/documents/values.ts';

/** Thrown out of a savepoint when the transaction as a whole cannot go on. */
class TransactionLost extends Error {}

/** Commits groups of requests: one transaction for all, a savepoint for each, so that what is wrong fails alone. */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = new Statements(database);
  }

  /** Does the requests in their order and gives the replies in the same order, once all is on disk. */
  commit(requests: readonly (WriteRequest | RunRequest | DeclareRequest)[]): Reply[] {
    try {
      this.#run('BEGIN IMMEDIATE');
      const replies = requests.map((request) => this.#apart(request));
      this.#run('COMMIT');
      return replies;
    } catch (error) {
      if (this.#database.isTransaction) this.#run('ROLLBACK');
      const message = (error as Error).message;
      return requests.map(() => ({ kind: 'unavailable', message }));
    }
  }

  #apart(request: WriteRequest | RunRequest | DeclareRequest): Reply {
    this.#run('SAVEPOINT apart');
    let reply: Reply;
    try {
      reply = this.#handle(request);
    } catch (error) {
      reply = this.#failed(error, request);
    }
    if (reply.kind !== 'done') this.#run('ROLLBACK TO apart');
    this.#run('RELEASE apart');
    return reply;
  }

  #handle(request: WriteRequest | RunRequest | DeclareRequest): Reply {
    switch (request.kind) {
      case 'write':
        return this.#write(request);
      case 'run':
        return { kind: 'done', value: this.#changes(request.statements) };
      case 'declare':
        bringIntoBeing(this.#database, request.table);
        return { kind: 'done', value: 0 };
    }
  }

  #write(request: WriteRequest): Reply {
    for (const { sql, parameters } of request.attempts) {
      const row = this.#statements.prepare(sql).get(...parameters);
      if (row === undefined) continue;
      const value = row.value as string;
      if (request.grows && exceedsLimit(value)) {
        return { kind: 'mismatch', message: `the document would be larger than ${MAX_DOCUMENT_BYTES} bytes` };
      }
      return { kind: 'done', value };
    }
    return { kind: 'unmatched' };
  }

  #failed(error: unknown, request: WriteRequest | RunRequest | DeclareRequest): Reply {
    const failure = failureOf(error);
    if (failure.kind === 'mismatch') return failure;
    if (failure.kind === 'unavailable' || request.kind !== 'write') {
      const { message } = error as Error;
      if (this.#database.isTransaction) return { kind: 'unavailable', message };
      throw new TransactionLost(message, { cause: error });
    }
    const { keyTaken } = request;
    if (keyTaken && this.#statements.prepare(keyTaken.sql).get(...keyTaken.parameters)) {
      return { kind: 'duplicate', index: 'key' };
    }
    if (this.#changes(request.purge) === 0) return { kind: 'duplicate', index: failure.index };
    return this.#again(request);
  }

  /** The write once more, after the removal of what had expired. */
  #again(request: WriteRequest): Reply {
    try {
      return this.#write(request);
    } catch (error) {
      return this.#failed(error, { ...request, purge: [] });
    }
  }

  #changes(statements: readonly Statement[]): number {
    let changes = 0;
    for (const { sql, parameters } of statements) {
      changes += Number(this.#statements.prepare(sql).run(...parameters).changes);
    }
    return changes;
  }

  #run(sql: string): void {
    this.#statements.prepare(sql).run();
  }
}
