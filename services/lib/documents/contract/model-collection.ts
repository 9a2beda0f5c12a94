import type { Clock } from '#lib/clock.ts';
import type { Loose } from '#lib/documents/contract/subject.ts';
import { parsePath, type Segments, scalarAt } from '#lib/documents/paths.ts';
import type {
  Change,
  Collection,
  CollectionSpec,
  Condition,
  DeleteResult,
  Element,
  FindQuery,
  InsertResult,
  Page,
  Test,
  UpdateResult,
  Value,
} from '#lib/documents/port.ts';

type Scalar = string | number | boolean;
type Mutable = Record<string | number, unknown>;

/** What the port says, in the fewest words: documents in a map, every call over all of them. For comparison only. */
export class ModelCollection implements Collection<Loose> {
  readonly #spec: CollectionSpec<Loose>;
  readonly #clock: Clock;
  readonly #documents = new Map<string, Loose>();

  constructor(spec: CollectionSpec<Loose>, clock: Clock) {
    this.#spec = spec;
    this.#clock = clock;
  }

  async get(key: string): Promise<Loose | undefined> {
    return this.#live().find((document) => document.key === key);
  }

  async insert(document: Loose): Promise<InsertResult> {
    if (await this.get(document.key)) return { ok: false, reason: 'duplicate', index: 'key' };
    return this.#refusal(document) ?? this.#keep(document);
  }

  async update(key: string, condition: Condition, change: Change): Promise<UpdateResult<Loose>> {
    const before = await this.get(key);
    if (before === undefined || !holds(before, condition)) return { ok: false, reason: 'unmatched' };
    const document = structuredClone(before);
    if (!apply(document as Mutable, change)) return { ok: false, reason: 'unmatched' };
    const refusal = this.#refusal(document);
    if (refusal) return refusal;
    this.#keep(document);
    return { ok: true, document };
  }

  async delete(key: string, condition: Condition): Promise<DeleteResult<Loose>> {
    const document = await this.get(key);
    if (document === undefined || !holds(document, condition)) return { ok: false, reason: 'unmatched' };
    this.#documents.delete(key);
    return { ok: true, document };
  }

  async find({ index, equal = [], range = {}, order, limit, after }: FindQuery): Promise<Page<Loose>> {
    const paths = this.#spec.indexes.find(({ name }) => name === index)?.paths.map(parsePath) ?? [];
    const values = (document: Loose): (Scalar | undefined)[] => [
      ...paths.map((path) => scalarAt(document, path)),
      document.key,
    ];
    const found = this.#live()
      .filter((document) => values(document)[0] !== undefined)
      .filter((document) => equal.every((value, i) => values(document)[i] === value))
      .filter((document) => compares(values(document)[equal.length], range))
      .sort((a, b) => compareAll(values(a), values(b)));
    if (order === 'descending') found.reverse();
    const begin = after === undefined ? 0 : Number(after);
    const documents = found.slice(begin, begin + limit);
    return begin + limit < found.length ? { documents, next: String(begin + limit) } : { documents };
  }

  #live(): Loose[] {
    const expiry = this.#spec.expiry && parsePath(this.#spec.expiry);
    const expired = (document: Loose): boolean => {
      const moment = expiry && scalarAt(document, expiry);
      return typeof moment === 'number' && moment <= this.#clock.now();
    };
    return [...this.#documents.values()].filter((document) => !expired(document));
  }

  #keep(document: Loose): { readonly ok: true } {
    this.#documents.set(document.key, document);
    return { ok: true };
  }

  /** The unique index that has the document's values for another document. */
  #refusal(document: Loose): { ok: false; reason: 'duplicate'; index: string } | undefined {
    for (const { name, paths, unique } of this.#spec.indexes) {
      const values = (one: Loose): (Scalar | undefined)[] => paths.map((path) => scalarAt(one, parsePath(path)));
      if (!unique || values(document)[0] === undefined) continue;
      const others = this.#live().filter(({ key }) => key !== document.key);
      if (others.some((other) => compareAll(values(other), values(document)) === 0)) {
        return { ok: false, reason: 'duplicate', index: name };
      }
    }
    return undefined;
  }
}

/** Absent, then numbers, text by bytes, false, true. */
function compareAll(a: readonly (Scalar | undefined)[], b: readonly (Scalar | undefined)[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compare(a[i], b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compare(a: Scalar | undefined, b: Scalar | undefined): number {
  const rank = (value: Scalar | undefined): number =>
    ['undefined', 'number', 'string', 'boolean'].indexOf(typeof value);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return rank(a) - rank(b) || Number(a ?? 0) - Number(b ?? 0);
}

function compares(value: Scalar | undefined, { lt, lte, gt, gte }: Test): boolean {
  const test = (operand: string | number | undefined, fits: (order: number) => boolean): boolean =>
    operand === undefined || (typeof value === typeof operand && fits(compare(value, operand)));
  return test(lt, (o) => o < 0) && test(lte, (o) => o <= 0) && test(gt, (o) => o > 0) && test(gte, (o) => o >= 0);
}

function at(document: unknown, path: Segments): unknown {
  let value = document;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) !== (typeof segment === 'number')) {
      return undefined;
    }
    value = (value as Mutable)[segment];
  }
  return value;
}

function holds(document: Loose, condition: Condition): boolean {
  return Object.entries(condition).every(([text, test]) => {
    const value = at(document, parsePath(text));
    const scalar = scalarAt(document, parsePath(text));
    return (
      (test.eq === undefined || scalar === test.eq) &&
      (test.ne === undefined || scalar !== test.ne) &&
      compares(scalar, test) &&
      (test.in === undefined || test.in.some((one) => one === scalar)) &&
      (test.exists === undefined || (value !== undefined) === test.exists) &&
      (test.has === undefined || (Array.isArray(value) && value.some(picks(test.has)))) &&
      (test.lacks === undefined || value === undefined || (Array.isArray(value) && !value.some(picks(test.lacks))))
    );
  });
}

function picks(element: Element): (value: unknown) => boolean {
  if (typeof element !== 'object') return (value) => value === element;
  return (value) =>
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.entries(element).every(([field, wanted]) => (value as Mutable)[field] === wanted);
}

/** Changes the document; false where an array position is not there. Throws `TypeError` for types that do not fit. */
function apply(document: Mutable, change: Change): boolean {
  const puts: [string, (before: unknown) => unknown][] = [
    ...Object.entries(change.set ?? {}).map(([path, value]): [string, () => Value] => [path, () => value]),
    ...Object.entries(change.inc ?? {}).map(on('number', 0, (a: number, b: number) => a + b)),
    ...Object.entries(change.min ?? {}).map(on('number', Infinity, Math.min)),
    ...Object.entries(change.max ?? {}).map(on('number', -Infinity, Math.max)),
    ...Object.entries(change.push ?? {}).map(
      on('array', [] as unknown[], (before, { value, last }: { value: Value; last?: number }) =>
        [...before, value].slice(last === undefined ? 0 : -last),
      ),
    ),
  ];
  const reached = puts.every(([path]) => positionsThere(document, parsePath(path)));
  if (!reached) return false;
  for (const path of change.unset ?? []) {
    const segments = parsePath(path);
    const parent = at(document, segments.slice(0, -1) as unknown as Segments);
    if (typeof parent === 'object') delete (parent as Mutable)[segments.at(-1) as string];
  }
  for (const [path, element] of Object.entries(change.pull ?? {})) {
    const value = at(document, parsePath(path));
    if (value === undefined) continue;
    if (!Array.isArray(value)) throw new TypeError(path);
    value.splice(0, value.length, ...value.filter((one) => !picks(element)(one)));
  }
  for (const [path, put] of puts) place(document, parsePath(path), put);
  return true;
}

function on<B, V>(type: 'number' | 'array', absent: B, combine: (before: B, value: V) => unknown) {
  return ([path, value]: [string, V]): [string, (before: unknown) => unknown] => [
    path,
    (before) => {
      const fits = type === 'array' ? Array.isArray(before) : typeof before === 'number';
      if (before !== undefined && !fits) throw new TypeError(path);
      return combine((before as B | undefined) ?? absent, value);
    },
  ];
}

function positionsThere(document: Mutable, path: Segments): boolean {
  return path.every(
    (segment, i) =>
      typeof segment !== 'number' || at(document, path.slice(0, i + 1) as unknown as Segments) !== undefined,
  );
}

function place(document: Mutable, path: Segments, put: (before: unknown) => unknown): void {
  let here = document;
  for (const segment of path.slice(0, -1)) {
    here[segment] ??= {};
    here = here[segment] as Mutable;
  }
  const last = path.at(-1) as string | number;
  if (typeof here !== 'object' || Array.isArray(here) !== (typeof last === 'number'))
    throw new TypeError(path.join('.'));
  here[last] = put(here[last]);
}
