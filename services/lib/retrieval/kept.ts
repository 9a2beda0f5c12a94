/** What was worked out before, for at most `limit` keys: all are forgotten at once when there are more, and fill up again with those in use. */
export class Kept<K, V> {
  readonly #limit: number;
  readonly #values = new Map<K, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The value of a key, worked out where it is not kept. */
  get(key: K, workOut: (key: K) => V): V {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = workOut(key);
    if (this.#values.size >= this.#limit) this.#values.clear();
    this.#values.set(key, value);
    return value;
  }
}
