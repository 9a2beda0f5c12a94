import { hash } from 'node:crypto';
import { ArtifactInvalid, ArtifactTooLarge } from './artifact.ts';
import { GrowingNumbers, makeU32 } from './growing.ts';

/** Longer strings are recognised by a digest, so that no text is kept twice while an artifact is built. */
const KEY_LIMIT = 64;
const BLOB_LIMIT = 0xffff_ffff;

/** Collects texts as UTF-8, each different one once. */
export class StringTableBuilder {
  readonly #ids = new Map<string, number>();
  readonly #ends = new GrowingNumbers(makeU32);
  #blob = Buffer.allocUnsafeSlow(64 * 1024);
  #size = 0;

  /** The number of a text: as many as there are different ones, counted from 0. */
  add(text: string): number {
    const key = text.length > KEY_LIMIT ? `\0${hash('sha256', text, 'base64')}` : text;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const most = this.#size + text.length * 3;
    if (most > this.#blob.length) this.#grow(most);
    this.#size += this.#blob.write(text, this.#size, 'utf8');
    const id = this.#ends.length;
    this.#ends.push(this.#size);
    this.#ids.set(key, id);
    return id;
  }

  #grow(least: number): void {
    if (least > BLOB_LIMIT) throw new ArtifactTooLarge('the texts take more than 4 GiB');
    const grown = Buffer.allocUnsafeSlow(Math.min(BLOB_LIMIT, Math.max(least, this.#blob.length * 2)));
    this.#blob.copy(grown, 0, 0, this.#size);
    this.#blob = grown;
  }

  /** UTF-8 of all texts, and where each ends. Views: valid until the next `add`. */
  finish(): { readonly bytes: Uint8Array; readonly ends: Uint32Array } {
    return { bytes: this.#blob.subarray(0, this.#size), ends: this.#ends.view() };
  }
}

/** How many decoded texts are kept: those of a small assistant all, and of a large one those in use. */
const KEPT_TEXTS = 4096;

/** Texts in an artifact, decoded when they are asked for. */
export class StringTable {
  readonly #bytes: Buffer;
  readonly #ends: Uint32Array;
  readonly #kept = new Map<number, string>();

  /** Throws ArtifactInvalid unless the ends rise and stay inside. */
  constructor(bytes: Uint8Array, ends: Uint32Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#ends = ends;
    checkEnds('texts', ends, bytes.length);
  }

  get length(): number {
    return this.#ends.length;
  }

  /** The text of that number; '' when there is none. */
  get(id: number): string {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const end = this.#ends[id];
    const text = end === undefined ? '' : this.#bytes.toString('utf8', id === 0 ? 0 : this.#ends[id - 1], end);
    if (this.#kept.size >= KEPT_TEXTS) this.#kept.clear();
    this.#kept.set(id, text);
    return text;
  }
}

/** Throws ArtifactInvalid unless the numbers never fall and the last one is `total`. */
export function checkEnds(what: string, ends: Uint32Array, total: number): void {
  let previous = 0;
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i] ?? 0;
    if (end < previous) throw new ArtifactInvalid(`not a readable release artifact: ${what} run backwards at ${i}`);
    previous = end;
  }
  if (previous !== total) {
    throw new ArtifactInvalid(`not a readable release artifact: ${what} end at ${previous} of ${total}`);
  }
}
