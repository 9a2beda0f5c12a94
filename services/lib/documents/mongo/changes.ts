import { Double } from 'mongodb';
import { pulling } from '#lib/documents/mongo/conditions.ts';
import type { IndexedPath } from '#lib/documents/mongo/stored.ts';
import { NO_ARRAY, present, wayTo } from '#lib/documents/mongo/ways.ts';
import type { Where } from '#lib/documents/mongo/where.ts';
import { parsePath, refuseOverlaps, type Segments, scalarAt } from '#lib/documents/paths.ts';
import type { Change, OutboxEntry, Path, Value } from '#lib/documents/port.ts';
import { checkNumber, checkValue } from '#lib/documents/values.ts';

/** A change in MongoDB's words. */
export interface PlannedChange {
  readonly update: Readonly<Record<string, Record<string, unknown>>>;
  /** Every path of the change. */
  readonly paths: readonly Path[];
  /** Paths that must hold a number or nothing: MongoDB would compare across types and refuses nothing there. */
  readonly numbers: readonly Path[];
}

/** Plans an update; what must be there for it is added to the filter, but for `numbers`. Throws `TypeError`. */
export function planChange(
  change: Change,
  indexed: readonly IndexedPath[],
  outbox: readonly OutboxEntry[],
  where: Where,
): PlannedChange {
  const planning = new Planning(indexed);
  for (const path in change.set) planning.set(path, change.set[path] as Value);
  for (const path of change.unset ?? []) planning.unset(path);
  for (const kind of ['inc', 'min', 'max'] as const) {
    for (const path in change[kind]) planning.number(kind, path, change[kind]?.[path] as number);
  }
  for (const path in change.push) {
    const { value, last } = change.push[path] as { value: Value; last?: number };
    planning.push(path, value, last);
  }
  for (const path in change.pull) {
    planning.do('$pull', path, pulling(change.pull[path] as string, path));
  }
  refuseOverlaps(planning.paths);
  for (const need of planning.needs) where.and(present(need));
  if (outbox.length > 0) planning.put('$push', '_out', { $each: outbox });
  if (Object.keys(planning.update).length === 0) planning.update.$set = {};
  return planning;
}

class Planning implements PlannedChange {
  readonly update: Record<string, Record<string, unknown>> = {};
  readonly paths: Path[] = [];
  readonly numbers: Path[] = [];
  /** Array positions that are written to. */
  readonly needs = new Set<Path>();
  readonly #indexed: readonly IndexedPath[];

  constructor(indexed: readonly IndexedPath[]) {
    this.#indexed = indexed;
  }

  set(path: Path, value: Value): void {
    checkValue(value, path);
    const segments = this.#write('$set', path, value);
    for (const { segments: indexed, copy } of this.#within(segments)) {
      const copied = scalarWithin(value, indexed.slice(segments.length));
      if (copied === undefined) this.put('$unset', copy, '');
      else this.put('$set', copy, copied);
    }
  }

  unset(path: Path): void {
    const segments = parsePath(path);
    if (typeof segments.at(-1) === 'number') throw new TypeError(`unset takes no array position: ${path}`);
    this.do('$unset', path, '');
    for (const { copy } of this.#within(segments)) this.put('$unset', copy, '');
  }

  number(kind: 'inc' | 'min' | 'max', path: Path, value: number): void {
    checkNumber(value, path);
    // A sum of whole numbers would become a 64-bit one behind 2^53, which is no number of ours.
    const operand = kind === 'inc' ? new Double(value) : value;
    const segments = this.#write(`$${kind}`, path, operand);
    if (kind !== 'inc') this.numbers.push(path);
    for (const { segments: indexed, copy } of this.#within(segments)) {
      if (indexed.length === segments.length) this.put(`$${kind}`, copy, operand);
    }
  }

  push(path: Path, value: Value, last: number | undefined): void {
    checkValue(value, path);
    if (last !== undefined && !(Number.isSafeInteger(last) && last > 0)) {
      throw new TypeError(`${path}: last is a whole number from 1 up`);
    }
    this.#write('$push', path, last === undefined ? { $each: [value] } : { $each: [value], $slice: -last });
  }

  /** A change of a path, named once. */
  do(operator: string, path: Path, operand: unknown): Segments {
    const segments = parsePath(path);
    this.paths.push(path);
    this.put(operator, path, operand);
    return segments;
  }

  put(operator: string, path: string, operand: unknown): void {
    const operands = this.update[operator];
    if (operands === undefined) this.update[operator] = { [path]: operand };
    else operands[path] = operand;
  }

  /** A change that needs the array positions of its path to be there. */
  #write(operator: string, path: Path, operand: unknown): Segments {
    const segments = this.do(operator, path, operand);
    segments.forEach((segment, i) => {
      if (typeof segment === 'number') this.needs.add(segments.slice(0, i + 1).join('.'));
    });
    return segments;
  }

  /** Indexed paths that are this one or lie within it. */
  #within(segments: Segments): IndexedPath[] {
    return this.#indexed.filter(
      ({ segments: indexed }) =>
        indexed.length >= segments.length && segments.every((segment, i) => segment === indexed[i]),
    );
  }
}

/** The scalar at a path of a value that may be a scalar itself. */
function scalarWithin(value: Value, path: readonly (string | number)[]): Value | undefined {
  if (typeof value === 'object') return scalarAt(value, path);
  return path.length === 0 ? value : undefined;
}

/** Adds the tests that a path holds a number or nothing. */
export function requireNumbers(where: Where, paths: readonly Path[]): void {
  for (const path of paths) {
    const number = { ...wayTo(path), [path]: { $type: 'number', ...NO_ARRAY } };
    where.and({ $or: [number, { $nor: [present(path)] }] });
  }
}
