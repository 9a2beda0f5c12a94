/** A filter of MongoDB's query language. Values in it are always operands of an operator, never operators themselves. */
export type Clause = Record<string, unknown>;

/** A filter in the making: all that is added must hold. */
export class Where {
  readonly filter: Clause;
  readonly #and: Clause[] = [];
  readonly #none: Clause[] = [];

  constructor(first: Clause) {
    this.filter = { ...first };
  }

  /** A test of one path. */
  require(path: string, test: Clause): void {
    if (this.filter[path] === undefined) this.filter[path] = test;
    else this.and({ [path]: test });
  }

  /** A clause of its own. */
  and(clause: Clause): void {
    this.#and.push(clause);
    this.filter.$and = this.#and;
  }

  /** A clause that must not hold. */
  none(clause: Clause): void {
    this.#none.push(clause);
    this.filter.$nor = this.#none;
  }
}
