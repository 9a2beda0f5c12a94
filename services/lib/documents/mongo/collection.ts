import type { Collection as MongoCollection } from 'mongodb';
import type { Access } from '#lib/documents/mongo/access.ts';
import { planChange, requireNumbers } from '#lib/documents/mongo/changes.ts';
import { requireCondition } from '#lib/documents/mongo/conditions.ts';
import { type Failure, failureOf } from '#lib/documents/mongo/failures.ts';
import { planFind } from '#lib/documents/mongo/finding.ts';
import { databaseIndex, indexedPaths, UNTOLD } from '#lib/documents/mongo/schema.ts';
import { copyOf, fromStored, type IndexedPath, marked, type Stored, toStored } from '#lib/documents/mongo/stored.ts';
import { inPlaceOf, tombstone, without } from '#lib/documents/mongo/telling.ts';
import { type Clause, Where } from '#lib/documents/mongo/where.ts';
import { parseFields, parsePath, valueAt } from '#lib/documents/paths.ts';
import type {
  Change,
  Collection,
  CollectionSpec,
  Condition,
  DeleteResult,
  Document,
  FindQuery,
  IndexSpec,
  InsertResult,
  OutboxEntry,
  Page,
  Path,
  UpdateResult,
  WriteOptions,
} from '#lib/documents/port.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { checkDocument, checkKey, tooLarge } from '#lib/documents/values.ts';

/** Calls of several steps begin anew when others change the document between the steps: this often at most. */
const ATTEMPTS = 20;
const NOTHING: readonly OutboxEntry[] = [];

/** A collection in MongoDB: each update is one `findOneAndUpdate` with the condition in its filter. */
export class MongoDocuments<D extends Document> implements Collection<D> {
  readonly #spec: CollectionSpec<D>;
  readonly #access: Access;
  readonly #stored: MongoCollection<Stored>;
  readonly #indexed: readonly IndexedPath[];
  /** Where the time lies from which on a document counts as absent. */
  readonly #expiry: string | undefined;

  constructor(spec: CollectionSpec<D>, access: Access, stored: MongoCollection<Stored>) {
    this.#spec = spec;
    this.#access = access;
    this.#stored = stored;
    this.#indexed = indexedPaths(spec);
    this.#expiry = spec.expiry === undefined ? undefined : copyOf(parseFields(spec.expiry));
  }

  async get(key: string): Promise<D | undefined> {
    checkKey(key);
    // By the key alone: servers have a way of their own for that.
    const stored = await this.#call(() => this.#stored.findOne({ _id: key }));
    return stored === null || this.#isGone(stored) ? undefined : fromStored<D>(stored);
  }

  async insert(document: D, options?: WriteOptions): Promise<InsertResult> {
    const bytes = checkDocument(document);
    const outbox = options?.outbox ?? NOTHING;
    const stored = marked(toStored(document, this.#indexed, outbox), bytes);
    return await this.#call(async () => {
      let replacing = false;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        try {
          if (!replacing) await this.#stored.insertOne(stored);
          else if ((await this.#replaceDead(stored, outbox)) === null) {
            replacing = false;
            continue;
          }
          this.#told(outbox);
          return { ok: true };
        } catch (error) {
          const index = this.#refusingIndex(error, []);
          const present = await this.#presence(document.key);
          if (present === 'live') return { ok: false, reason: 'duplicate', index: 'key' };
          replacing = present === 'dead';
          if (index === 'key') continue;
          const holder = await this.#holder(index, stored);
          if (holder === 'live') return { ok: false, reason: 'duplicate', index };
          if (holder === 'dead') await this.purge();
          else if (!replacing) {
            await this.#reserve(document.key);
            replacing = true;
          }
        }
      }
      throw busy();
    });
  }

  async update(key: string, condition: Condition, change: Change, options?: WriteOptions): Promise<UpdateResult<D>> {
    checkKey(key);
    const outbox = options?.outbox ?? NOTHING;
    const where = new Where({ _id: key, ...this.#live() });
    requireCondition(where, condition);
    const { update, numbers, paths } = planChange(change, this.#indexed, outbox, where);
    const untyped = numbers.length === 0 ? undefined : structuredClone(where.filter);
    requireNumbers(where, numbers);
    return await this.#call(async () => {
      let purged = false;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        try {
          const after = await this.#stored.findOneAndUpdate(where.filter, update, { returnDocument: 'after' });
          if (after !== null) {
            this.#told(outbox);
            return { ok: true, document: fromStored<D>(after) };
          }
          if (untyped === undefined) return { ok: false, reason: 'unmatched' };
          const there = await this.#stored.findOne(untyped);
          if (there === null) return { ok: false, reason: 'unmatched' };
          refuseOthers(there, numbers);
        } catch (error) {
          if (error instanceof TypeError) throw error;
          const index = this.#refusingIndex(error, paths);
          if (purged || this.#expiry === undefined) return { ok: false, reason: 'duplicate', index };
          await this.purge();
          purged = true;
        }
      }
      throw busy();
    });
  }

  async delete(key: string, condition: Condition, options?: WriteOptions): Promise<DeleteResult<D>> {
    checkKey(key);
    const outbox = options?.outbox ?? NOTHING;
    const where = new Where({ _id: key, ...this.#live() });
    requireCondition(where, condition);
    return await this.#call(async () => {
      const before = (await this.#remove(where.filter, outbox)) ?? (await this.#bury(where.filter, outbox));
      if (before === null) return { ok: false, reason: 'unmatched' };
      this.#told(outbox);
      return { ok: true, document: fromStored<D>(before) };
    });
  }

  async find(query: FindQuery): Promise<Page<D>> {
    const finding = planFind(this.#spec, query, this.#live());
    const found = await this.#call(() => this.#stored.find(finding.filter, finding.options).toArray());
    return finding.page(found.map((stored) => fromStored<D>(stored)));
  }

  /** Resolves once the collection and its indexes are there. */
  async ready(): Promise<void> {
    await this.#call(() => Promise.resolve());
  }

  /** Removes what has expired; what still has something to tell becomes a tombstone. */
  async purge(): Promise<void> {
    if (this.#expiry === undefined) return;
    const expired = { [this.#expiry]: { $lte: this.#access.clock.now() } };
    await this.#stored.updateMany({ ...expired, _out: { $exists: true } }, [tombstone(NOTHING)]);
    await this.#stored.deleteMany({ ...expired, _out: { $exists: false } });
  }

  /** Documents with outbox entries, that with the oldest entry first. */
  async untold(limit: number): Promise<readonly Stored[]> {
    const options = { hint: UNTOLD, sort: { '_out.id': 1 }, limit, projection: { _out: 1 } } as const;
    return await this.#call(() => this.#stored.find({ '_out.id': { $exists: true } }, options).toArray());
  }

  /** Takes entries out. A tombstone goes with its last entry, and before it loses that: none is left behind by a crash. */
  async settle(key: string, entryIds: readonly string[]): Promise<void> {
    const others = { _out: { $elemMatch: { id: { $nin: entryIds } } } };
    await this.#call(async () => {
      const kept = await this.#stored.updateOne(
        { _id: key, _out: { $exists: true }, $or: [{ _gone: { $exists: false } }, others] },
        without(entryIds),
      );
      if (kept.matchedCount === 0) await this.#stored.deleteOne({ _id: key, _gone: true, $nor: [others] });
    });
  }

  /** Holds for documents that are there: neither deleted nor expired now. */
  #live(): Clause {
    if (this.#expiry === undefined) return { _gone: { $exists: false } };
    return { _gone: { $exists: false }, [this.#expiry]: { $not: { $lte: this.#access.clock.now() } } };
  }

  #isGone({ _gone, _x }: Stored): boolean {
    if (_gone === true || this.#expiry === undefined) return _gone === true;
    const until = _x?.[this.#expiry.slice('_x.'.length)];
    return typeof until === 'number' && until <= this.#access.clock.now();
  }

  #dead(): Clause {
    if (this.#expiry === undefined) return { _gone: true };
    return { $or: [{ _gone: true }, { [this.#expiry]: { $lte: this.#access.clock.now() } }] };
  }

  async #presence(key: string): Promise<'live' | 'dead' | 'absent'> {
    if ((await this.#stored.findOne({ _id: key, ...this.#live() }, { projection: { _id: 1 } })) !== null) return 'live';
    return (await this.#stored.findOne({ _id: key }, { projection: { _id: 1 } })) === null ? 'absent' : 'dead';
  }

  /** Whether a document has the values that an index refused, and is there. */
  async #holder(index: string, { _x }: Stored): Promise<'live' | 'dead' | 'absent'> {
    const declared = databaseIndex(this.#spec.indexes.find(({ name }) => name === index) as IndexSpec);
    const values = Object.keys(declared.key).map((copy) => [
      copy,
      _x?.[copy.slice('_x.'.length)] ?? { $exists: false },
    ]);
    const same = Object.fromEntries(values) as Clause;
    const options = { hint: declared.name, projection: { _id: 1 } } as const;
    if ((await this.#stored.findOne({ ...same, ...this.#live() }, options)) !== null) return 'live';
    return (await this.#stored.findOne(same, options)) === null ? 'absent' : 'dead';
  }

  /**
   * Puts a tombstone with nothing to tell, to be replaced by a document whose values nobody holds though an insert was refused for
   * them: whoever held them went meanwhile, or the server checks inserts against what updates have changed since (SecantusDB does).
   */
  async #reserve(key: string): Promise<void> {
    try {
      await this.#stored.insertOne({ _id: key, _gone: true });
    } catch (error) {
      if (this.#refusingIndex(error, []) !== 'key') throw error;
    }
  }

  /** Puts a document in the place of one that is there no more, behind what that one has to tell. */
  #replaceDead({ _out, ...rest }: Stored, outbox: readonly OutboxEntry[]): Promise<Stored | null> {
    const replacement = inPlaceOf(rest, outbox);
    return this.#stored.findOneAndUpdate({ _id: rest._id, ...this.#dead() }, [replacement], { projection: { _id: 1 } });
  }

  /** Deletes what has nothing to tell and shall tell nothing. */
  async #remove(filter: Clause, outbox: readonly OutboxEntry[]): Promise<Stored | null> {
    if (outbox.length > 0) return null;
    return await this.#stored.findOneAndDelete({ ...filter, _out: { $exists: false } });
  }

  async #bury(filter: Clause, outbox: readonly OutboxEntry[]): Promise<Stored | null> {
    const before = await this.#stored.findOneAndUpdate(filter, [tombstone(outbox)], { returnDocument: 'before' });
    if (before !== null && before._out === undefined && outbox.length === 0) {
      // It was settled between the attempt to remove it and this one.
      await this.#stored.deleteOne({ _id: before._id, _gone: true, _out: { $exists: false } });
    }
    return before;
  }

  /** The index that a write's error is about; other errors are thrown, as what they mean to the caller. */
  #refusingIndex(error: unknown, changed: readonly Path[]): string {
    const failure = failureOf(error);
    switch (failure.kind) {
      case 'unique':
        return this.#declaredName(failure.fields);
      case 'tooLarge':
        throw tooLarge({ cause: error });
      case 'mismatch':
        throw mismatch(failure, changed, error);
      default:
        throw error;
    }
  }

  #declaredName(fields: readonly string[]): string {
    const same = ({ paths }: { readonly paths: readonly Path[] }): boolean =>
      paths.map((path) => copyOf(parseFields(path))).join() === fields.join();
    return this.#spec.indexes.find((index) => index.unique && same(index))?.name ?? 'key';
  }

  #told(outbox: readonly OutboxEntry[]): void {
    if (outbox.length > 0) this.#access.told();
  }

  #call<T>(run: () => Promise<T>): Promise<T> {
    return this.#access.call(this.#spec.name, run);
  }
}

/** Throws `TypeError` where a path that takes numbers holds something else. */
function refuseOthers(stored: Stored, numbers: readonly Path[]): void {
  for (const path of numbers) {
    const value = valueAt(stored, parsePath(path));
    if (value !== undefined && typeof value !== 'number') throw new TypeError(`${path}: no number`);
  }
}

/** MongoDB's own message quotes the document: only the path is taken from it. */
function mismatch(failure: Failure & { kind: 'mismatch' }, changed: readonly Path[], cause: unknown): TypeError {
  const named = changed.filter((path) => failure.message.includes(`'${path}'`));
  const paths = named.length > 0 ? named : changed;
  return new TypeError(`the change does not fit the document's types at ${paths.join(' or ')}`, { cause });
}

function busy(): StoreUnavailable {
  return new StoreUnavailable('the document is changed by others all the time');
}
