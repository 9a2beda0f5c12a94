/** Numbers that are appended one by one, held flat: twice the bytes of its content at most. */
export class GrowingNumbers<T extends Uint8Array | Uint16Array | Uint32Array> {
  #numbers: T;
  #length = 0;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#numbers = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const grown = this.#make(this.#length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#length++] = value;
  }

  /** What was appended, as a view: valid until the next push. */
  view(): T {
    return this.#numbers.subarray(0, this.#length) as T;
  }
}

/** For {@link GrowingNumbers}. */
export const makeU8 = (length: number): Uint8Array => new Uint8Array(length);
/** For {@link GrowingNumbers}. */
export const makeU32 = (length: number): Uint32Array => new Uint32Array(length);
