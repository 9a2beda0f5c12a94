import type { Clock } from '#lib/clock.ts';
import type {
  Change,
  Collection,
  CollectionSpec,
  Condition,
  DeleteResult,
  Document,
  FindQuery,
  InsertResult,
  OutboxEntry,
  Page,
  UpdateResult,
  WriteOptions,
} from '#lib/documents/port.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { findStatement } from '#lib/documents/sqlite/finding.ts';
import type { Reply, Statement, WriteRequest } from '#lib/documents/sqlite/messages.ts';
import { declaredName } from '#lib/documents/sqlite/schema.ts';
import { Table } from '#lib/documents/sqlite/table.ts';
import { checkKey, encodeDocument } from '#lib/documents/values.ts';

/** What a collection needs of its store. */
export interface Access {
  readonly clock: Clock;
  /** Rows of a read on the caller's thread. Throws `StoreUnavailable`. */
  read(statement: Statement): Record<string, unknown>[];
  /** Resolves when the write is on disk. Rejects with `StoreUnavailable`. */
  write(request: WriteRequest, lazy: boolean): Promise<Reply>;
  /** To be called after a write that has something to tell. */
  told(): void;
}

/** A collection of a SQLite store: writes go to the writer thread, reads are done at once. */
export class SqliteCollection<D extends Document> implements Collection<D> {
  readonly #spec: CollectionSpec<Document>;
  readonly #access: Access;
  readonly table: Table;
  /** Resolves once the table and its indexes are there. */
  readonly ready: Promise<void>;

  constructor(spec: CollectionSpec<D>, access: Access, ready: Promise<void>) {
    this.#spec = spec;
    this.#access = access;
    this.ready = ready;
    this.table = new Table(spec);
  }

  async get(key: string): Promise<D | undefined> {
    checkKey(key);
    await this.ready;
    const [row] = this.#access.read(this.table.get(key, this.#access.clock.now()));
    return row && parse<D>(row.value as string);
  }

  async insert(document: D, options?: WriteOptions): Promise<InsertResult> {
    const json = encodeDocument(document);
    const { key } = document;
    const outbox = entries(options);
    const now = this.#access.clock.now();
    const taken = this.table.get(key, now);
    const reply = await this.#write([this.table.insert(key, json, outbox, now)], outbox, now, options?.lazy, taken);
    if (reply.kind === 'done') return { ok: true };
    return { ok: false, reason: 'duplicate', index: reply.kind === 'duplicate' ? reply.index : 'key' };
  }

  async update(key: string, condition: Condition, change: Change, options?: WriteOptions): Promise<UpdateResult<D>> {
    checkKey(key);
    const outbox = entries(options);
    const now = this.#access.clock.now();
    const reply = await this.#write(
      [this.table.update(key, condition, change, outbox, now)],
      outbox,
      now,
      options?.lazy,
    );
    if (reply.kind === 'done') return { ok: true, document: parse<D>(reply.value as string) };
    if (reply.kind === 'duplicate') return { ok: false, reason: 'duplicate', index: reply.index };
    return { ok: false, reason: 'unmatched' };
  }

  async delete(key: string, condition: Condition, options?: WriteOptions): Promise<DeleteResult<D>> {
    checkKey(key);
    const outbox = entries(options);
    const now = this.#access.clock.now();
    const reply = await this.#write(this.table.delete(key, condition, outbox, now), outbox, now, options?.lazy);
    if (reply.kind === 'done') return { ok: true, document: parse<D>(reply.value as string) };
    return { ok: false, reason: 'unmatched' };
  }

  async find(query: FindQuery): Promise<Page<D>> {
    const finding = findStatement(this.#spec, this.table, query, this.#access.clock.now());
    await this.ready;
    const rows = this.#access.read(finding);
    const documents = rows.slice(0, query.limit).map((row) => parse<D>(row.value as string));
    const last = documents.at(-1);
    return rows.length > query.limit && last ? { documents, next: finding.next(last) } : { documents };
  }

  /** Sends a write; a change that the document's types forbid throws `TypeError`. */
  async #write(
    attempts: readonly Statement[],
    outbox: readonly OutboxEntry[],
    now: number,
    lazy = false,
    keyTaken?: Statement,
  ): Promise<Reply> {
    await this.ready;
    const purge = this.table.purge(now, -1);
    const request: WriteRequest = { kind: 'write', attempts, grows: keyTaken === undefined, purge };
    const reply = await this.#access.write(keyTaken === undefined ? request : { ...request, keyTaken }, lazy);
    if (reply.kind === 'mismatch') throw new TypeError(reply.message);
    if (reply.kind === 'unavailable') throw new StoreUnavailable(reply.message);
    if (reply.kind === 'done' && outbox.length > 0) this.#access.told();
    if (reply.kind !== 'duplicate' || reply.index === 'key') return reply;
    return { kind: 'duplicate', index: declaredName(this.#spec.name, reply.index) };
  }
}

function entries(options: WriteOptions | undefined): readonly OutboxEntry[] {
  return options?.outbox ?? [];
}

function parse<D extends Document>(json: string): D {
  return JSON.parse(json) as D;
}
