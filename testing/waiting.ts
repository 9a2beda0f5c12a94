/** Lets tests wait for something to become true, looked at again at each change and not by the clock. */
export class Watchers {
  readonly #looks = new Set<() => void>();
  readonly #pulseMs: number;
  #noted = false;

  /** `pulseMs`: how often to look without a word of change, for what changes elsewhere, such as a test's own variables. */
  constructor(pulseMs = 20) {
    this.#pulseMs = pulseMs;
  }

  /** Says that something changed. Cheap when nobody waits. */
  changed(): void {
    if (this.#looks.size === 0 || this.#noted) return;
    this.#noted = true;
    queueMicrotask(() => {
      this.#noted = false;
      for (const look of [...this.#looks]) look();
    });
  }

  /**
   * Resolves with the first value of `look` that is neither undefined nor false; what `look` throws counts as "not yet".
   *
   * @param ms time limit; then it rejects with `describe()` and the last thing that `look` threw.
   */
  waitFor<T>(look: () => T | undefined | false, ms: number, describe: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      let last: unknown;
      const attempt = (): boolean => {
        try {
          const value = look();
          if (value === undefined || value === false) return false;
          resolve(value);
          return true;
        } catch (thrown) {
          last = thrown;
          return false;
        }
      };
      if (attempt()) return;
      const end = (): void => {
        clearTimeout(limit);
        clearInterval(pulse);
        this.#looks.delete(onChange);
      };
      const onChange = (): void => {
        if (attempt()) end();
      };
      const limit = setTimeout(() => {
        end();
        if (!attempt()) reject(new Error(`Not within ${ms} ms. ${describe()}`, { cause: last }));
      }, ms);
      const pulse = setInterval(onChange, this.#pulseMs);
      this.#looks.add(onChange);
    });
  }
}

/** Resolves with the first value of `look` that is neither undefined nor false, looked at every 5 ms; rejects after `ms`. */
export function until<T>(look: () => T | undefined | false, ms = 5000): Promise<T> {
  const watchers = new Watchers(5);
  return watchers.waitFor(look, ms, () => `Still not true: ${look}`);
}
