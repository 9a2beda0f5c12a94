import type { Path } from '#lib/documents/port.ts';

/** A path taken apart: field names as text, array positions as numbers. */
export type Segments = readonly [string, ...(string | number)[]];

const NAME = /^[A-Za-z][A-Za-z0-9]*$/;
const POSITION = /^(0|[1-9]\d{0,5})$/;
const TAKEN = new Set(['key', 'outbox']);

/** True for a name that a field, a collection or an index may have. */
export function isIdentifier(name: string): boolean {
  return NAME.test(name);
}

/** Takes a path apart. Throws `TypeError` for one that breaks the rules of `Path`. */
export function parsePath(path: Path): Segments {
  const segments = path.split('.').map((part) => {
    if (POSITION.test(part)) return Number(part);
    if (!NAME.test(part)) throw new TypeError(`not a path: ${JSON.stringify(path.slice(0, 100))}`);
    return part;
  });
  const first = segments[0];
  if (typeof first !== 'string') throw new TypeError(`a path begins with a field name: ${JSON.stringify(path)}`);
  if (TAKEN.has(first)) throw new TypeError(`the field ${first} is taken: ${JSON.stringify(path)}`);
  return segments as unknown as Segments;
}

/** Throws `TypeError` where a path is named twice or lies inside another. */
export function refuseOverlaps(paths: readonly Path[]): void {
  const sorted = paths.map((path) => `${path}.`).sort();
  for (let i = 1; i < sorted.length; i++) {
    const [before, here] = [sorted[i - 1] as string, sorted[i] as string];
    if (here.startsWith(before)) {
      throw new TypeError(`a change names ${here.slice(0, -1)} twice, or it and what it is inside of`);
    }
  }
}

/** Takes the path of an index or of an expiry apart: field names only. Throws `TypeError`. */
export function parseFields(path: Path): readonly [string, ...string[]] {
  const segments = parsePath(path);
  if (segments.some((segment) => typeof segment === 'number')) {
    throw new TypeError(`an index takes no array position: ${JSON.stringify(path)}`);
  }
  return segments as unknown as readonly [string, ...string[]];
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(document: object, path: readonly (string | number)[]): unknown {
  let value: unknown = document;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) !== (typeof segment === 'number')) {
      return undefined;
    }
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}

/** The scalar at a path; undefined where there is nothing, an array or an object. */
export function scalarAt(document: object, path: readonly (string | number)[]): string | number | boolean | undefined {
  const value = valueAt(document, path);
  return typeof value === 'object' ? undefined : (value as string | number | boolean | undefined);
}
