import type { DescMessage, Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator, type Violation } from '@bufbuild/protovalidate';
import { invalidRequest } from '#lib/rpc/failures.ts';
import { wordsFor } from '#lib/rpc/pattern-words.ts';
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
        description: describe(violation),
      }));
      return invalidRequest(violations);
    },
  };
}

/** Patterns are for programs: people are told what is asked for. */
function describe({ ruleId, message }: Violation): string {
  if (ruleId !== 'string.pattern') return message;
  const pattern = /`(.*)`/s.exec(message)?.[1] ?? '';
  return wordsFor(pattern) ?? 'must have the form that the contract asks for';
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
