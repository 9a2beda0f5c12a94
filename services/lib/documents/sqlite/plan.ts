import type { Kind, SqlValue } from '#lib/documents/sqlite/expressions.ts';
import { bound } from '#lib/documents/sqlite/expressions.ts';

/** One test or one change of one path, without its values. */
export interface Step {
  readonly operation: string;
  readonly path: string;
  /** The number of its first parameter. */
  readonly parameter: number;
  /** Kinds of the operands; for array elements with the fields that they belong to. */
  readonly operands: readonly Operand[];
}

export interface Operand {
  readonly kind: Kind;
  /** A field of an array element; empty for the element itself. */
  readonly field: string;
}

/**
 * A statement in the making: steps without values give its shape, and equal shapes share one statement; the values are
 * bound apart.
 */
export class Plan {
  readonly steps: Step[] = [];
  readonly parameters: SqlValue[] = [];
  shape: string;

  constructor(shape: string, parameters: readonly SqlValue[]) {
    this.shape = shape;
    this.parameters.push(...parameters);
  }

  /** Adds a step; the values are those of its operands that are not literals. */
  add(operation: string, path: string, operands: readonly Operand[], values: readonly (string | number)[]): void {
    this.steps.push({ operation, path, parameter: this.parameters.length + 1, operands });
    this.shape += `;${operation} ${path}`;
    for (const operand of operands) this.shape += ` ${operand.field}:${operand.kind}`;
    for (const value of values) this.parameters.push(bound(value));
  }
}
