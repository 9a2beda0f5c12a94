import type { Clock } from '#lib/clock.ts';

/** What a collection needs of its store. */
export interface Access {
  readonly clock: Clock;
  /**
   * Does something with a collection once it is there. Throws `StoreUnavailable` for errors of the database; others are passed on.
   */
  call<T>(collection: string, run: () => Promise<T>): Promise<T>;
  /** To be called after a write that has something to tell. */
  told(): void;
}
