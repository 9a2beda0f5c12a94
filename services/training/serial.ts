/** Runs actions on the same key one after the other, and on different keys at the same time. */
export class Serial {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<R>(key: string, action: () => Promise<R>): Promise<R> {
    const before = this.#last.get(key);
    const mine = (async () => {
      await before?.catch(() => undefined);
      return action();
    })();
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
