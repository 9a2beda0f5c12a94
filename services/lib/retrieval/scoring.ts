import { Best } from './best.ts';

/** A term's postings in one segment, from `start` up to `end`. */
export interface List {
  /** Score of one step of impact. */
  readonly weight: number;
  /** The most that the term adds to a score. */
  readonly bound: number;
  readonly start: number;
  readonly end: number;
}

/** Entries scored up to which they are remembered one by one; beyond, all of the segment are gone through. */
const SPARSE_LIMIT = 12_288;
/** Postings left, for each entry to be gone through, from which it pays to see whether they can change who is best. */
const PRUNE_FROM = 0.5;
/** A look-up of one candidate costs about as much as adding this many postings. */
const LOOKUP_COST = 12;
/** Sums of rounded numbers may differ by this share from the true one. */
const ROUNDING = 1e-6;

/**
 * Finds the best entries of one segment after the other by adding up their scores, term by term. One thread's own; its
 * scores are all 0 between calls.
 */
export class SegmentScorer {
  readonly #numbers: Uint16Array;
  readonly #impacts: Uint8Array;
  readonly #scores: Float32Array;
  readonly #touched = new Uint16Array(SPARSE_LIMIT);
  /** Entries remembered in `touched`; -1 when there were too many. */
  #touchedCount = 0;

  constructor(numbers: Uint16Array, impacts: Uint8Array, size: number) {
    this.#numbers = numbers;
    this.#impacts = impacts;
    this.#scores = new Float32Array(size);
  }

  /**
   * Offers the segment's best entries, numbered from `base`. The lists come weightiest first. Where those left can lift no
   * other entry among the best, they are looked up only for entries that are near them (stop words mostly: the longest
   * lists and the smallest weights). The result is the same as without.
   */
  score(lists: readonly List[], size: number, base: number, limit: number, best: Best): void {
    let added = 0;
    let left = lists.reduce((sum, { bound }) => sum + bound, 0);
    let postings = lists.reduce((sum, { start, end }) => sum + end - start, 0);
    let tried = Number.POSITIVE_INFINITY;
    let finished = false;
    this.#touchedCount = 0;
    for (const [i, list] of lists.entries()) {
      if (added > left && left < tried / 2 && postings > this.#scored(size) * PRUNE_FROM) {
        tried = left;
        const own = new Best(limit);
        this.#offerAll(size, 0, own);
        const threshold = Math.max(best.threshold, own.threshold) * (1 - ROUNDING);
        finished = left < threshold && this.#finishCandidates(lists.slice(i), size, base, threshold - left, best);
        if (finished) break;
      }
      this.#addUp(list);
      added += list.bound;
      left -= list.bound;
      postings -= list.end - list.start;
    }
    if (!finished) this.#offerAll(size, base, best);
    this.#clear();
  }

  /** Where between start and end the entry's posting is, or -1. */
  seek(number: number, start: number, end: number): number {
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

  /** Entries that have to be gone through. */
  #scored(size: number): number {
    return this.#touchedCount < 0 ? size : this.#touchedCount;
  }

  #addUp({ weight, start, end }: List): void {
    const scores = this.#scores;
    const numbers = this.#numbers;
    const impacts = this.#impacts;
    if (this.#touchedCount < 0 || this.#touchedCount + end - start > SPARSE_LIMIT) {
      this.#touchedCount = -1;
      for (let at = start; at < end; at++) {
        const number = numbers[at] as number;
        scores[number] = (scores[number] as number) + weight * (impacts[at] as number);
      }
      return;
    }
    let count = this.#touchedCount;
    for (let at = start; at < end; at++) {
      const number = numbers[at] as number;
      const score = scores[number] as number;
      if (score === 0) this.#touched[count++] = number;
      scores[number] = score + weight * (impacts[at] as number);
    }
    this.#touchedCount = count;
  }

  #offerAll(size: number, base: number, best: Best): void {
    const scores = this.#scores;
    const touched = this.#touched;
    const sparse = this.#touchedCount >= 0;
    const count = this.#scored(size);
    let threshold = best.threshold;
    for (let i = 0; i < count; i++) {
      const number = sparse ? (touched[i] as number) : i;
      const score = scores[number] as number;
      if (score > 0 && score >= threshold) {
        best.offer(base + number, score);
        threshold = best.threshold;
      }
    }
  }

  /** Looks the last terms up for those entries only that can still be among the best; false when they are too many. */
  #finishCandidates(lists: readonly List[], size: number, base: number, least: number, best: Best): boolean {
    const scores = this.#scores;
    const touched = this.#touched;
    const sparse = this.#touchedCount >= 0;
    const count = this.#scored(size);
    const postings = lists.reduce((sum, { start, end }) => sum + end - start, 0);
    const most = postings / (LOOKUP_COST * lists.length);
    const candidates: number[] = [];
    for (let i = 0; i < count; i++) {
      const number = sparse ? (touched[i] as number) : i;
      if ((scores[number] as number) >= least && candidates.push(number) > most) return false;
    }
    for (const number of candidates) {
      let score = scores[number] as number;
      for (const { weight, start, end } of lists) {
        const at = this.seek(number, start, end);
        if (at >= 0) score = Math.fround(score + weight * (this.#impacts[at] ?? 0));
      }
      best.offer(base + number, score);
    }
    return true;
  }

  #clear(): void {
    if (this.#touchedCount < 0) this.#scores.fill(0);
    else for (let i = 0; i < this.#touchedCount; i++) this.#scores[this.#touched[i] as number] = 0;
  }
}
