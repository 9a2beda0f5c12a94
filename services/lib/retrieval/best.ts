/** Keeps the `limit` best scores offered; of equal ones the smaller entry. A heap with its worst on top. */
export class Best {
  readonly #limit: number;
  readonly #entries: number[] = [];
  readonly #scores: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Less than this is not kept: 0 while there is room. */
  get threshold(): number {
    return this.#scores.length < this.#limit ? 0 : (this.#scores[0] ?? Number.POSITIVE_INFINITY);
  }

  /** Keeps a score above 0 while it is among the best; entries come in any order. */
  offer(entry: number, score: number): void {
    if (this.#scores.length < this.#limit) {
      this.#entries.push(entry);
      this.#scores.push(score);
      this.#rise(this.#scores.length - 1);
    } else if (score > this.threshold || (score === this.threshold && entry < (this.#entries[0] ?? 0))) {
      this.#entries[0] = entry;
      this.#scores[0] = score;
      this.#sink();
    }
  }

  /** What was kept, best first. */
  ranked(): { readonly entry: number; readonly score: number }[] {
    return this.#entries
      .map((entry, i) => ({ entry, score: this.#scores[i] ?? 0 }))
      .sort((a, b) => b.score - a.score || a.entry - b.entry);
  }

  #worse(a: number, b: number): boolean {
    const difference = (this.#scores[a] ?? 0) - (this.#scores[b] ?? 0);
    return difference < 0 || (difference === 0 && (this.#entries[a] ?? 0) > (this.#entries[b] ?? 0));
  }

  #swap(a: number, b: number): void {
    [this.#entries[a], this.#entries[b]] = [this.#entries[b] ?? 0, this.#entries[a] ?? 0];
    [this.#scores[a], this.#scores[b]] = [this.#scores[b] ?? 0, this.#scores[a] ?? 0];
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#worse(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let worst = at;
      if (left < this.#scores.length && this.#worse(left, worst)) worst = left;
      if (right < this.#scores.length && this.#worse(right, worst)) worst = right;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }
}
