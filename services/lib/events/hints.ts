import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';

/** Something on a bus that may tell of an event. */
export interface Hint {
  /**
   * Hands its event to `deliver` and settles the hint by what that gives: the milliseconds after which it is to be delivered again,
   * or undefined where it is done. What holds no event is put aside. Never rejects.
   */
  settle(deliver: (event: Event, afresh: boolean) => Promise<number | undefined>): Promise<void>;
}

/** Hints from one moment on. */
export interface Hints extends AsyncDisposable {
  /** Aborts when no more hints come, and those to be delivered again do not either. */
  readonly ended: AbortSignal;
  /** The next hint, at once where one waits; undefined after so many milliseconds, and when the signal aborts. */
  next(ms: number, signal: AbortSignal): Promise<Hint | undefined>;
}

/** Where the hints of one consumer come from. */
export interface HintSource {
  /** All hints from now on; undefined while the bus is away. Never rejects. */
  open(): Promise<Hints | undefined>;
  /** Calls back once when the bus can be asked, at once where it can be now; not after the signal aborts. */
  whenBack(signal: AbortSignal, back: () => void): void;
}
