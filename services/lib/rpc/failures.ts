import type { Failure } from '#lib/rpc/status.ts';
import { DOMAIN } from '#lib/rpc/status.ts';

/** The failures that any method may give: see `otvet.access.v1.ErrorReason`. */

export const deadlineExceeded: Failure = {
  code: 'DEADLINE_EXCEEDED',
  reason: 'DEADLINE_EXCEEDED',
  domain: DOMAIN,
  message: 'The time of the call ran out.',
};

export const cancelled: Failure = {
  code: 'CANCELLED',
  reason: 'CANCELLED',
  domain: DOMAIN,
  message: 'The caller cancelled the call.',
};

export const unavailable: Failure = {
  code: 'UNAVAILABLE',
  reason: 'UNAVAILABLE',
  domain: DOMAIN,
  message: 'The service cannot answer now; try again.',
};

export const overloaded: Failure = {
  code: 'RESOURCE_EXHAUSTED',
  reason: 'OVERLOADED',
  domain: DOMAIN,
  message: 'Too many calls at once; try again.',
  retryAfterMs: 200,
};

/** `id` finds the cause in the log. */
export function internal(id: string): Failure {
  return {
    code: 'INTERNAL',
    reason: 'INTERNAL',
    domain: DOMAIN,
    message: 'Something unforeseen happened; the log holds the cause under this id.',
    metadata: { id },
  };
}

export function methodUnknown(method: string): Failure {
  return {
    code: 'UNIMPLEMENTED',
    reason: 'METHOD_UNKNOWN',
    domain: DOMAIN,
    message: 'No such method here.',
    metadata: { method },
  };
}

/** A status travels in headers, which take some 64 KiB: a request of ten thousand faults is told a hundred of them. */
const MAX_VIOLATIONS = 100;
/** How many fields the message itself names. */
const NAMED_FIELDS = 5;

export function invalidRequest(violations: NonNullable<Failure['violations']>): Failure {
  const fields = [...new Set(violations.map(({ field }) => field))];
  const others = fields.length > NAMED_FIELDS ? ` and ${fields.length - NAMED_FIELDS} more` : '';
  return {
    code: 'INVALID_ARGUMENT',
    reason: 'INVALID_REQUEST',
    domain: DOMAIN,
    message: `The request breaks the contract: ${fields.slice(0, NAMED_FIELDS).join(', ')}${others}.`,
    violations: violations.slice(0, MAX_VIOLATIONS),
  };
}

/** The bytes are no message of the method's type. */
export const malformedRequest: Failure = {
  code: 'INVALID_ARGUMENT',
  reason: 'INVALID_REQUEST',
  domain: DOMAIN,
  message: 'The request cannot be decoded.',
};

export function messageTooLarge(bytes: number, maxBytes: number): Failure {
  return {
    code: 'INVALID_ARGUMENT',
    reason: 'INVALID_REQUEST',
    domain: DOMAIN,
    message: `The message is larger than ${maxBytes} bytes.`,
    metadata: { bytes: String(bytes), max_bytes: String(maxBytes) },
  };
}
