import type { Socket } from 'node:net';

/** What passes from one socket to the other: in order, late when told so, held back when told so. */
export class Direction {
  readonly #to: Socket;
  readonly #from: Socket;
  readonly #held: (Buffer | undefined)[] = [];
  #isHeld = false;
  #lastDue = 0;
  delayMs = 0;

  /** `pass` gives what goes on of the bytes that come. */
  constructor(from: Socket, to: Socket, pass: (bytes: Buffer) => Buffer) {
    this.#from = from;
    this.#to = to;
    from.on('data', (bytes: Buffer) => {
      const passed = pass(bytes);
      if (passed.length > 0) this.send(passed);
    });
    from.on('end', () => this.#later(undefined));
    to.on('drain', () => from.resume());
  }

  /** Sends bytes behind those that are on their way. */
  send(bytes: Buffer): void {
    this.#later(bytes);
  }

  /** Holds back what comes, or lets it go. */
  hold(held: boolean): void {
    this.#isHeld = held;
    if (held) return;
    for (const bytes of this.#held.splice(0)) this.#write(bytes);
  }

  /** `undefined` is the end. */
  #later(bytes: Buffer | undefined): void {
    const now = performance.now();
    const due = Math.max(now + this.delayMs, this.#lastDue);
    if (due <= now) {
      this.#arrive(bytes);
      return;
    }
    this.#lastDue = due;
    setTimeout(() => this.#arrive(bytes), due - now);
  }

  #arrive(bytes: Buffer | undefined): void {
    if (this.#isHeld) this.#held.push(bytes);
    else this.#write(bytes);
  }

  #write(bytes: Buffer | undefined): void {
    if (this.#to.destroyed) return;
    if (bytes === undefined) this.#to.end();
    else if (!this.#to.write(bytes)) this.#from.pause();
  }
}
