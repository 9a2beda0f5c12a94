import type { DescMessage, Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import { invalidRequest } from '#lib/rpc/failures.ts';
import type { Failure } from '#lib/rpc/status.ts';

/** Checks messages against the rules of their contract; gives all faults of a message at once. */
export interface Validation {
  refuse(schema: DescMessage, message: Message): Failure | undefined;
}

/** Rules are compiled when a message type is first seen. Throws for rules that are themselves wrong. */
export function createValidation(): Validation {
  const validator = createValidator({ regexMatch: cachedMatch() });
  return {
    refuse(schema, message) {
      const result = validator.validate(schema, message);
      if (result.kind === 'valid') return undefined;
      if (result.kind === 'error') throw result.error;
      const violations = result.violations.map((violation) => ({
        field: pathToString(violation.field),
        description: violation.message,
      }));
      return invalidRequest(violations);
    },
  };
}

/**
 * Matches with the runtime's own expressions, compiled once each: the contract's patterns are few, ours, and without nested
 * repetition, so that they need no engine that is safe against hostile patterns, which costs ten times as much.
 */
function cachedMatch(): (pattern: string, against: string) => boolean {
  const compiled = new Map<string, RegExp>();
  return (pattern, against) => {
    let expression = compiled.get(pattern);
    if (!expression) {
      expression = new RegExp(pattern, 'u');
      compiled.set(pattern, expression);
    }
    return expression.test(against);
  };
}
