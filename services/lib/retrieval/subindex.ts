import type { QueryToken } from './analysis.ts';
import { ArtifactInvalid } from './artifact.ts';
import { Best } from './best.ts';
import { Dictionary } from './dictionary.ts';
import { Kept } from './kept.ts';
import { SEGMENT } from './postings.ts';
import { type List, SegmentScorer } from './scoring.ts';
import type { Sections } from './sections.ts';
import { visitNearStems } from './spelling.ts';
import { checkEnds } from './strings.ts';

/** Known words of a question that are looked up: the rarest. Real questions have fewer; pasted texts do not get slow. */
const TOKENS_LIMIT = 48;
/** A stop word's share of the weight that its frequency alone would give it: in a score it still tells how from when. */
const STOP_SCORE = 0.25;
/** The same where what counts is whether the subject is there. */
const STOP_MASS = 0.1;
/**
 * Entries without any of a question's words that are imagined beside those there are: what is rare in five passages is not
 * yet known to be rare. With them one threshold of coverage serves small and large material (see confidence.ts).
 */
const BACKGROUND = 50;
/** Unknown words of a question that are taken for misspelt ones, the first: each costs about 0.1 milliseconds. */
const UNKNOWN_LIMIT = 3;
/** Words whose nearest term is kept, 100 bytes each: names and misspellings come again. */
const KEPT_NEAREST = 1024;
/** What a word counts for that is only nearly there. */
const NEAR_WEIGHT = 0.6;

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
  readonly #impactScale: number;
  readonly #scorer: SegmentScorer;
  /** By word; -1 where none is near. */
  readonly #nearestTerms = new Kept<string, number>(KEPT_NEAREST);

  /** Throws ArtifactInvalid when the sections do not fit each other. */
  constructor(sections: Sections, prefix: string, entries: number, impactScale: number) {
    this.entries = entries;
    this.#impactScale = impactScale;
    const ends = sections.u32(`${prefix}.term.ends`);
    this.#dictionary = new Dictionary(sections.u8(`${prefix}.term.bytes`), ends, sections.u32(`${prefix}.term.slots`));
    this.#frequency = sections.u32(`${prefix}.frequency`);
    this.#tops = sections.u8(`${prefix}.tops`);
    this.#starts = sections.u32(`${prefix}.starts`);
    const numbers = sections.u16(`${prefix}.numbers`);
    const impacts = sections.u8(`${prefix}.impacts`);
    const terms = this.#dictionary.size;
    const fits =
      this.#frequency.length === terms &&
      this.#tops.length === terms &&
      this.#starts.length === terms * Math.ceil(entries / SEGMENT) + 1 &&
      impacts.length === numbers.length;
    if (!fits) throw new ArtifactInvalid(`not a readable release artifact: the ${prefix} index is malformed`);
    checkEnds(`${prefix} postings`, this.#starts, numbers.length);
    this.#scorer = new SegmentScorer(numbers, impacts, Math.min(entries, SEGMENT));
  }

  /** How much a term tells: ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N entries; most when none has it. */
  #informativeness(frequency: number): number {
    return Math.log(1 + (this.entries - frequency + 0.5) / (frequency + 0.5));
  }

  /** What a word tells of whether its subject is in the material. */
  #mass(frequency: number, isStopWord: boolean): number {
    const mass = Math.log(1 + (this.entries + BACKGROUND - frequency + 0.5) / (frequency + 0.5));
    return isStopWord ? mass * STOP_MASS : mass;
  }

  /** What a question's word weighs when questions are compared: next to nothing for a stop word. */
  weigh(token: QueryToken): number {
    let frequency = 0;
    for (const stem of token.stems) {
      const id = this.#dictionary.find(stem);
      if (id !== undefined) frequency = Math.max(frequency, this.#frequency[id] ?? 0);
    }
    return this.#mass(frequency, token.stop);
  }

  /** The best entries by BM25, best first. */
  search(tokens: readonly QueryToken[], limit: number): Found[] {
    const { terms, clues, mass } = this.#plan(tokens);
    if (terms.length === 0 || limit < 1) return [];
    const best = new Best(limit);
    for (let base = 0; base < this.entries; base += SEGMENT) {
      const lists = terms.map((term) => this.#list(base / SEGMENT, term));
      this.#scorer.score(lists, Math.min(SEGMENT, this.entries - base), base, limit, best);
    }
    return best.ranked().map(({ entry, score }) => ({ entry, score, coverage: this.#coverage(entry, clues, mass) }));
  }

  /** Terms in order of what they can add, and what each word of the question is worth for its coverage. */
  #plan(tokens: readonly QueryToken[]): { terms: Term[]; clues: Clue[]; mass: number } {
    const known: { terms: Term[]; mass: number }[] = [];
    let mass = 0;
    let hasSubject = false;
    let unknown = 0;
    for (const token of tokens) {
      hasSubject ||= !token.stop;
      const importance = (token.stop ? STOP_SCORE : 1) * (1 + Math.log(token.count));
      const terms: Term[] = [];
      let tokenMass = Number.POSITIVE_INFINITY;
      for (const stem of token.stems) {
        const id = this.#dictionary.find(stem);
        if (id === undefined) continue;
        const frequency = this.#frequency[id] ?? 0;
        const weight = this.#informativeness(frequency) * importance * this.#impactScale;
        terms.push({ id, weight, bound: weight * (this.#tops[id] ?? 0) });
        tokenMass = Math.min(tokenMass, this.#mass(frequency, token.stop));
      }
      if (terms.length > 0) {
        known.push({ terms, mass: tokenMass });
        continue;
      }
      const near = token.hasDigit || token.stop || ++unknown > UNKNOWN_LIMIT ? undefined : this.#nearest(token);
      const full = this.#mass(0, token.stop);
      if (near === undefined) {
        mass += full;
      } else {
        const weight = this.#informativeness(this.#frequency[near] ?? 0) * importance * NEAR_WEIGHT * this.#impactScale;
        known.push({
          terms: [{ id: near, weight, bound: weight * (this.#tops[near] ?? 0) }],
          mass: full * NEAR_WEIGHT,
        });
        mass += full * (1 - NEAR_WEIGHT);
      }
    }
    known.sort((a, b) => b.mass - a.mass);
    known.length = Math.min(known.length, TOKENS_LIMIT);
    const clues = known.map((token) => ({ terms: token.terms.map(({ id }) => id), mass: token.mass }));
    for (const clue of clues) mass += clue.mass;
    const terms = known.flatMap((token) => token.terms).sort((a, b) => b.bound - a.bound || a.id - b.id);
    return { terms, clues: hasSubject ? clues : [], mass };
  }

  /** The most frequent term one slip away from a word that no entry has. */
  #nearest(token: QueryToken): number | undefined {
    const nearest = this.#nearestTerms.get(token.word, () => this.#searchNearest(token));
    return nearest < 0 ? undefined : nearest;
  }

  #searchNearest(token: QueryToken): number {
    let nearest = -1;
    for (const stem of token.stems) {
      visitNearStems(stem, (near) => {
        const id = this.#dictionary.find(near);
        if (id !== undefined && (this.#frequency[id] ?? 0) > (this.#frequency[nearest] ?? 0)) nearest = id;
      });
    }
    return nearest;
  }

  #list(segment: number, { id, weight, bound }: Term): List {
    const row = segment * this.#dictionary.size + id;
    return { weight, bound, start: this.#starts[row] ?? 0, end: this.#starts[row + 1] ?? 0 };
  }

  #coverage(entry: number, clues: readonly Clue[], mass: number): number {
    const row = Math.floor(entry / SEGMENT) * this.#dictionary.size;
    const number = entry % SEGMENT;
    let covered = 0;
    for (const clue of clues) {
      const has = clue.terms.some(
        (id) => this.#scorer.seek(number, this.#starts[row + id] ?? 0, this.#starts[row + id + 1] ?? 0) >= 0,
      );
      if (has) covered += clue.mass;
    }
    return mass > 0 ? Math.min(1, covered / mass) : 0;
  }
}
