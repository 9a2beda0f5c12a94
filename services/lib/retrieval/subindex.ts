import type { QueryToken } from './analysis.ts';
import { ArtifactInvalid } from './artifact.ts';
import { Best } from './best.ts';
import { Dictionary } from './dictionary.ts';
import { SEGMENT } from './postings.ts';
import type { Sections } from './sections.ts';
import { checkEnds } from './strings.ts';

/** Known words of a question that are looked up: the rarest. Real questions have fewer; pasted texts do not get slow. */
const TOKENS_LIMIT = 48;
/** A stop word's share of the weight that its frequency alone would give it. */
const STOP_WEIGHT = 0.15;
/** Postings from which it pays to see whether a term can still change who is among the best. */
const PRUNE_FROM = 4096;
/** A look-up of one candidate costs about as much as reading this many postings. */
const LOOKUP_COST = 12;

/** An entry found: its number in the sub-index. */
export interface Found {
  readonly entry: number;
  readonly score: number;
  readonly coverage: number;
}

interface Term {
  readonly id: number;
  /** Score of one step of impact. */
  readonly weight: number;
  /** The most it can add to a score. */
  readonly bound: number;
}

interface Clue {
  readonly terms: readonly number[];
  readonly mass: number;
}

/** Reads what PostingsBuilder wrote. One thread's own: scores are added up in place. */
export class SubIndex {
  readonly entries: number;
  readonly #dictionary: Dictionary;
  readonly #frequency: Uint32Array;
  readonly #tops: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #numbers: Uint16Array;
  readonly #impacts: Uint8Array;
  readonly #impactScale: number;
  readonly #scores: Float32Array;

  /** Throws ArtifactInvalid when the sections do not fit each other. */
  constructor(sections: Sections, prefix: string, entries: number, impactScale: number) {
    this.entries = entries;
    this.#impactScale = impactScale;
    const ends = sections.u32(`${prefix}.term.ends`);
    this.#dictionary = new Dictionary(sections.u8(`${prefix}.term.bytes`), ends, sections.u32(`${prefix}.term.slots`));
    this.#frequency = sections.u32(`${prefix}.frequency`);
    this.#tops = sections.u8(`${prefix}.tops`);
    this.#starts = sections.u32(`${prefix}.starts`);
    this.#numbers = sections.u16(`${prefix}.numbers`);
    this.#impacts = sections.u8(`${prefix}.impacts`);
    const terms = this.#dictionary.size;
    const fits =
      this.#frequency.length === terms &&
      this.#tops.length === terms &&
      this.#starts.length === terms * Math.ceil(entries / SEGMENT) + 1 &&
      this.#impacts.length === this.#numbers.length;
    if (!fits) throw new ArtifactInvalid(`not a readable release artifact: the ${prefix} index is malformed`);
    checkEnds(`${prefix} postings`, this.#starts, this.#numbers.length);
    this.#scores = new Float32Array(Math.min(entries, SEGMENT));
  }

  /** How much a term tells: ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N entries; most when none has it. */
  informativeness(frequency: number): number {
    return Math.log(1 + (this.entries - frequency + 0.5) / (frequency + 0.5));
  }

  /** What a question's word weighs: its informativeness, next to nothing for a stop word. */
  weigh(token: QueryToken): number {
    let frequency = 0;
    for (const stem of token.stems) {
      const id = this.#dictionary.find(stem);
      if (id !== undefined) frequency = Math.max(frequency, this.#frequency[id] ?? 0);
    }
    return this.informativeness(frequency) * (token.stop ? STOP_WEIGHT : 1);
  }

  /** The best entries by BM25, best first. */
  search(tokens: readonly QueryToken[], limit: number): Found[] {
    const { terms, clues, mass } = this.#plan(tokens);
    if (terms.length === 0 || limit < 1) return [];
    const best = new Best(limit);
    for (let segment = 0; segment * SEGMENT < this.entries; segment++) this.#scoreSegment(segment, terms, limit, best);
    return best.ranked().map(({ entry, score }) => ({ entry, score, coverage: this.#coverage(entry, clues, mass) }));
  }

  /** Terms in order of what they can add, and what each word of the question is worth for its coverage. */
  #plan(tokens: readonly QueryToken[]): { terms: Term[]; clues: Clue[]; mass: number } {
    const known: { terms: Term[]; mass: number }[] = [];
    let mass = 0;
    let hasSubject = false;
    for (const token of tokens) {
      const stop = token.stop ? STOP_WEIGHT : 1;
      hasSubject ||= !token.stop;
      const repeated = 1 + Math.log(token.count);
      const terms: Term[] = [];
      let tokenMass = Number.POSITIVE_INFINITY;
      for (const stem of token.stems) {
        const id = this.#dictionary.find(stem);
        if (id === undefined) continue;
        const informativeness = this.informativeness(this.#frequency[id] ?? 0);
        const weight = informativeness * stop * repeated * this.#impactScale;
        terms.push({ id, weight, bound: weight * (this.#tops[id] ?? 0) });
        tokenMass = Math.min(tokenMass, informativeness * stop);
      }
      if (terms.length > 0) known.push({ terms, mass: tokenMass });
      else mass += this.informativeness(0) * stop;
    }
    known.sort((a, b) => b.mass - a.mass);
    known.length = Math.min(known.length, TOKENS_LIMIT);
    const clues = known.map((token) => ({ terms: token.terms.map(({ id }) => id), mass: token.mass }));
    for (const clue of clues) mass += clue.mass;
    const terms = known.flatMap((token) => token.terms).sort((a, b) => b.bound - a.bound || a.id - b.id);
    return { terms, clues: hasSubject ? clues : [], mass };
  }

  #scoreSegment(segment: number, terms: readonly Term[], limit: number, best: Best): void {
    const scores = this.#scores;
    const numbers = this.#numbers;
    const impacts = this.#impacts;
    const base = segment * SEGMENT;
    const size = Math.min(SEGMENT, this.entries - base);
    scores.fill(0);
    let added = 0;
    let left = terms.reduce((sum, term) => sum + term.bound, 0);
    for (let i = 0; i < terms.length; i++) {
      const { id, weight, bound } = terms[i] as Term;
      const row = segment * this.#dictionary.size + id;
      const end = this.#starts[row + 1] ?? 0;
      const start = this.#starts[row] ?? 0;
      if (end - start > PRUNE_FROM && added > left) {
        const threshold = Math.max(best.threshold, this.#threshold(size, limit)) * (1 - 1e-6);
        if (left < threshold && this.#finishCandidates(segment, terms.slice(i), threshold - left, best)) return;
      }
      for (let at = start; at < end; at++) {
        const number = numbers[at] as number;
        scores[number] = (scores[number] as number) + weight * (impacts[at] as number);
      }
      added += bound;
      left -= bound;
    }
    let threshold = best.threshold;
    for (let number = 0; number < size; number++) {
      const score = scores[number] as number;
      if (score > threshold) {
        best.offer(base + number, score);
        threshold = best.threshold;
      }
    }
  }

  /** The score of the `limit`-th best entry of the segment so far. */
  #threshold(size: number, limit: number): number {
    const scores = this.#scores;
    const best = new Best(limit);
    let threshold = 0;
    for (let number = 0; number < size; number++) {
      const score = scores[number] as number;
      if (score > threshold) {
        best.offer(number, score);
        threshold = best.threshold;
      }
    }
    return threshold;
  }

  /** Looks the last terms up for those entries only that can still be among the best; false when they are too many. */
  #finishCandidates(segment: number, terms: readonly Term[], least: number, best: Best): boolean {
    const scores = this.#scores;
    const size = Math.min(SEGMENT, this.entries - segment * SEGMENT);
    const lists = terms.map(({ id, weight }) => {
      const row = segment * this.#dictionary.size + id;
      return { weight, start: this.#starts[row] ?? 0, end: this.#starts[row + 1] ?? 0 };
    });
    const postings = lists.reduce((sum, { start, end }) => sum + end - start, 0);
    const most = postings / (LOOKUP_COST * lists.length);
    const candidates: number[] = [];
    for (let number = 0; number < size; number++) {
      if ((scores[number] as number) >= least && candidates.push(number) > most) return false;
    }
    for (const number of candidates) {
      let score = scores[number] as number;
      for (const { weight, start, end } of lists) {
        const at = this.#seek(number, start, end);
        if (at >= 0) score = Math.fround(score + weight * (this.#impacts[at] ?? 0));
      }
      if (score > best.threshold) best.offer(segment * SEGMENT + number, score);
    }
    return true;
  }

  /** Where between start and end the entry's posting is, or -1. */
  #seek(number: number, start: number, end: number): number {
    const numbers = this.#numbers;
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low < end && numbers[low] === number ? low : -1;
  }

  #coverage(entry: number, clues: readonly Clue[], mass: number): number {
    const row = Math.floor(entry / SEGMENT) * this.#dictionary.size;
    const number = entry % SEGMENT;
    let covered = 0;
    for (const clue of clues) {
      const has = clue.terms.some(
        (id) => this.#seek(number, this.#starts[row + id] ?? 0, this.#starts[row + id + 1] ?? 0) >= 0,
      );
      if (has) covered += clue.mass;
    }
    return mass > 0 ? Math.min(1, covered / mass) : 0;
  }
}
