import { isIdentifier } from '#lib/documents/paths.ts';
import type { Document } from '#lib/documents/port.ts';

/** What one document may take as JSON in UTF-8. */
export const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_KEY_BYTES = 512;
const MAX_DEPTH = 64;

/** The JSON of a document, its key included. Throws `TypeError` for what a document may not hold, naming the path. */
export function encodeDocument(document: Document): string {
  checkKey(document.key);
  const json = encodeValue(document, '');
  if ('outbox' in document) throw new TypeError('the field outbox is taken');
  if (exceedsLimit(json)) throw tooLarge();
  return json;
}

/**
 * Checks a document that is stored in another form than JSON. Throws `TypeError` like `encodeDocument`. Gives a number of bytes
 * that its JSON does not exceed.
 */
export function checkDocument(document: Document): number {
  checkKey(document.key);
  check(document, '', 0);
  if ('outbox' in document) throw new TypeError('the field outbox is taken');
  return checkSize(document);
}

/** Checks a value that is to stand at `path`. Throws `TypeError`, naming the path of what is wrong. */
export function checkValue(value: unknown, path: string): void {
  check(value, path, 0);
  checkSize(value);
}

/** Throws `TypeError` unless the value is text, a finite number or a boolean. */
export function checkScalar(value: unknown, path: string): asserts value is string | number | boolean {
  if (typeof value !== 'string' && typeof value !== 'boolean') checkNumber(value, path);
}

/** What a document that outgrew its limit is refused with. */
export function tooLarge(options?: ErrorOptions): TypeError {
  return new TypeError(`the document is larger than ${MAX_DOCUMENT_BYTES} bytes`, options);
}

/** The JSON of a value that is to stand at `path`. Throws `TypeError`, naming the path of what is wrong. */
export function encodeValue(value: unknown, path: string): string {
  const wellFormed = check(value, path, 0);
  return wellFormed ? JSON.stringify(value) : JSON.stringify(value, repair);
}

/** Throws `TypeError` unless the key has 1 to 512 bytes of UTF-8. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES || !key.isWellFormed()) {
    throw new TypeError(`a key is 1 to ${MAX_KEY_BYTES} bytes of UTF-8`);
  }
}

/** Throws `TypeError` unless the number is finite. */
export function checkNumber(value: unknown, path: string): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError(`${path}: not a finite number`);
}

/** True where a document's JSON is over the limit. */
export function exceedsLimit(json: string): boolean {
  return json.length * 3 > MAX_DOCUMENT_BYTES && Buffer.byteLength(json) > MAX_DOCUMENT_BYTES;
}

/** Checks a value and all in it; false where a string has lone surrogates, which JSON cannot carry through UTF-8. */
function check(value: unknown, path: string, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'boolean':
      return true;
    case 'number':
      checkNumber(value, path);
      return true;
    case 'object':
      if (value === null) break;
      if (depth === MAX_DEPTH) throw new TypeError(`${path}: nested more than ${MAX_DEPTH} deep`);
      return Array.isArray(value) ? checkArray(value, path, depth) : checkObject(value, path, depth);
  }
  throw new TypeError(`${path}: ${value === null ? 'null' : typeof value} is not a value; leave the field out instead`);
}

/** Makes the JSON only of what may be too large. */
function checkSize(value: unknown): number {
  const bytes = longestJson(value);
  if (bytes > MAX_DOCUMENT_BYTES && exceedsLimit(JSON.stringify(value, repair))) throw tooLarge();
  return bytes;
}

/** No fewer bytes than the JSON of a checked value takes: a UTF-16 unit takes up to six, a number up to 25. */
function longestJson(value: unknown): number {
  if (typeof value === 'string') return value.length * 6 + 2;
  if (typeof value !== 'object' || value === null) return 25;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += longestJson(item) + 1;
    return bytes;
  }
  for (const field in value) bytes += field.length + 4 + longestJson((value as Record<string, unknown>)[field]);
  return bytes;
}

function checkArray(values: readonly unknown[], path: string, depth: number): boolean {
  let wellFormed = true;
  for (let i = 0; i < values.length; i++) wellFormed = check(values[i], `${path}.${i}`, depth + 1) && wellFormed;
  return wellFormed;
}

function checkObject(object: object, path: string, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${path}: not a plain object`);
  let wellFormed = true;
  for (const [field, value] of Object.entries(object)) {
    const inside = path === '' ? field : `${path}.${field}`;
    if (!isIdentifier(field)) throw new TypeError(`${inside}: a field name is a letter, then letters and digits`);
    if (value !== undefined) wellFormed = check(value, inside, depth + 1) && wellFormed;
  }
  return wellFormed;
}

function repair(_field: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
