import { ArtifactTooLarge } from './artifact.ts';
import { hashTerms } from './dictionary.ts';
import { GrowingNumbers, makeU8, makeU32 } from './growing.ts';
import type { Numbers } from './sections.ts';
import { StringTableBuilder } from './strings.ts';

/**
 * Entries of one segment: numbers inside it take 16 bits, and the scores of one segment fit the processor's cache.
 */
export const SEGMENT = 65_536;

/** How BM25 weighs repetition (k1) and length (b); a field's weight multiplies its occurrences. */
export interface Bm25 {
  readonly k1: number;
  readonly b: number;
}

/** Occurrences are kept in sixteenths, so that fields may weigh less than one. */
const OCCURRENCE_STEPS = 16;
const OCCURRENCE_LIMIT = 255;

/**
 * Collects the stems of entries (passages, or examples) and writes one sub-index: for each term its entries in order, and
 * for each of them BM25's share of repetition and length, as 1 to 255 of `impactScale` steps.
 */
export class PostingsBuilder {
  readonly #bm25: Bm25;
  readonly #numbers = new Map<string, number>();
  readonly #terms = new GrowingNumbers(makeU32);
  readonly #occurrences = new GrowingNumbers(makeU8);
  readonly #ends = new GrowingNumbers(makeU32);
  readonly #lengths = new GrowingNumbers(makeU32);
  /** Of the open entry: its terms, and at each term's number its weighted occurrences. */
  #open: number[] = [];
  #weights = new Float32Array(1024);
  #length = 0;

  constructor(bm25: Bm25) {
    this.#bm25 = bm25;
  }

  /** Entries closed so far. */
  get entries(): number {
    return this.#ends.length;
  }

  /** The number of a stem, new or known. */
  term(stem: string): number {
    let term = this.#numbers.get(stem);
    if (term === undefined) {
      term = this.#numbers.size;
      this.#numbers.set(stem, term);
      if (term >= this.#weights.length) {
        const grown = new Float32Array(term * 2);
        grown.set(this.#weights);
        this.#weights = grown;
      }
    }
    return term;
  }

  /** An occurrence in the open entry; one in a field of less weight counts for less. */
  add(term: number, weight: number): void {
    const before = this.#weights[term] ?? 0;
    if (before === 0) this.#open.push(term);
    this.#weights[term] = before + weight;
    this.#length += weight;
  }

  /** Ends the open entry and begins the next. */
  close(): void {
    for (const term of this.#open) {
      const occurrences = Math.round((this.#weights[term] ?? 0) * OCCURRENCE_STEPS);
      this.#terms.push(term);
      this.#occurrences.push(Math.min(OCCURRENCE_LIMIT, Math.max(1, occurrences)));
      this.#weights[term] = 0;
    }
    if (this.#terms.length > 0xffff_ffff) throw new ArtifactTooLarge('more than 4 billion postings');
    this.#ends.push(this.#terms.length);
    this.#lengths.push(Math.round(this.#length * OCCURRENCE_STEPS));
    this.#open = [];
    this.#length = 0;
  }

  /** The sub-index as sections whose names begin with `prefix`, and what a reader must know beside them. */
  finish(prefix: string): { readonly sections: ReadonlyMap<string, Numbers>; readonly impactScale: number } {
    const { k1, b } = this.#bm25;
    const terms = this.#terms.view();
    const ends = this.#ends.view();
    const lengths = this.#lengths.view();
    const occurrences = this.#occurrences.view();
    const entries = ends.length;
    const termCount = this.#numbers.size;
    const segments = Math.ceil(entries / SEGMENT);

    const frequency = new Uint32Array(termCount);
    const starts = new Uint32Array(segments * termCount + 1);
    for (let entry = 0, at = 0; entry < entries; entry++) {
      const row = Math.floor(entry / SEGMENT) * termCount + 1;
      for (const end = ends[entry] ?? 0; at < end; at++) {
        const term = terms[at] ?? 0;
        frequency[term] = (frequency[term] ?? 0) + 1;
        starts[row + term] = (starts[row + term] ?? 0) + 1;
      }
    }
    for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);

    const cursor = starts.slice();
    const numbers = new Uint16Array(terms.length);
    const impacts = new Uint8Array(terms.length);
    const tops = new Uint8Array(termCount);
    const average = Math.max(1, lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, entries));
    for (let entry = 0, at = 0; entry < entries; entry++) {
      const row = Math.floor(entry / SEGMENT) * termCount;
      const damping = k1 * (1 - b + (b * (lengths[entry] ?? 0)) / average) * OCCURRENCE_STEPS;
      for (const end = ends[entry] ?? 0; at < end; at++) {
        const term = terms[at] ?? 0;
        const occurrence = occurrences[at] ?? 0;
        const impact = Math.max(1, Math.round((255 * occurrence) / (occurrence + damping)));
        const place = cursor[row + term] ?? 0;
        cursor[row + term] = place + 1;
        numbers[place] = entry % SEGMENT;
        impacts[place] = impact;
        if (impact > (tops[term] ?? 0)) tops[term] = impact;
      }
    }

    const dictionary = new StringTableBuilder();
    for (const term of this.#numbers.keys()) dictionary.add(term);
    const { bytes, ends: termEnds } = dictionary.finish();
    const sections = new Map<string, Numbers>([
      [`${prefix}.term.bytes`, bytes],
      [`${prefix}.term.ends`, termEnds],
      [`${prefix}.term.slots`, hashTerms([...this.#numbers.keys()])],
      [`${prefix}.frequency`, frequency],
      [`${prefix}.tops`, tops],
      [`${prefix}.starts`, starts],
      [`${prefix}.numbers`, numbers],
      [`${prefix}.impacts`, impacts],
    ]);
    return { sections, impactScale: (k1 + 1) / 255 };
  }
}
