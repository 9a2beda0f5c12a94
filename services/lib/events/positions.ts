/**
 * Places in a feed, in the order in which entries were relayed: 9 characters of time and 4 of a count within the
 * millisecond, base 36, then 4 that tell relays apart. They sort as text; cursors are made of them.
 */
export class Positions {
  readonly #tag: string;
  #time = 0;
  #count = 0;

  /** `tag`: 4 characters of chance, so that two relays at one feed never make the same position. */
  constructor(tag: string) {
    this.#tag = tag;
  }

  /** A position behind all that were given before, and behind those of `now`, in milliseconds since the epoch. */
  next(now: number): string {
    if (now > this.#time) {
      this.#time = now;
      this.#count = 0;
    } else {
      this.#count++;
    }
    return base36(this.#time, 9) + base36(this.#count, 4) + this.#tag;
  }

  /** Goes on behind a position that is in the feed already, whatever the clock says by now. */
  resume(last: string): void {
    this.#time = Number.parseInt(last.slice(0, 9), 36);
    this.#count = Number.parseInt(last.slice(9, 13), 36);
  }
}

/** Before all positions of this time and later. */
export function boundary(time: number): string {
  return base36(Math.max(0, time), 9);
}

/** True for what a feed may have given as a cursor; empty means the beginning. */
export function isCursor(text: string): boolean {
  return /^([0-9a-z]{9}([0-9a-z]{8})?)?$/.test(text);
}

function base36(number: number, width: number): string {
  return number.toString(36).padStart(width, '0');
}
