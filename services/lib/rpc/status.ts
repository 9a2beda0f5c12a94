import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '#gen/google/rpc/status_pb.ts';

/** By number, as gRPC has them; 0 is OK. */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type StatusCode = Exclude<(typeof CODES)[number], 'OK'>;

/** Why a call failed, in the terms of the contract. */
export interface Failure {
  readonly code: StatusCode;
  /** A value of an `ErrorReason` enum without its prefix, such as `ASSISTANT_NOT_FOUND`. */
  readonly reason: string;
  /** Whose reason it is: `otvet`, `conversation.otvet`, `training.otvet` and so on. */
  readonly domain: string;
  /** For developers, in English; holds nothing that people wrote. */
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Every fault of the request, by field path. */
  readonly violations?: readonly { readonly field: string; readonly description: string }[];
  /** When to try again. */
  readonly retryAfterMs?: number;
}

/** The domain of reasons that any method may give: `otvet.access.v1.ErrorReason`. */
export const DOMAIN = 'otvet';

/** What a handler throws to fail a call, and what a call made throws when it fails. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly failure: Failure;
  constructor(failure: Failure, options?: { readonly cause?: unknown }) {
    super(failure.message, options);
    this.failure = failure;
  }
  /** For logs. */
  get code(): string {
    return `${this.failure.code} ${this.failure.domain}/${this.failure.reason}`;
  }
}

/** The number of a code on the wire. */
export function numberOf(code: StatusCode): number {
  return CODES.indexOf(code);
}

/** The code of a number on the wire; numbers that gRPC does not know, and 0, are UNKNOWN. */
export function codeOf(number: number): StatusCode {
  const code = CODES[number];
  return code === undefined || code === 'OK' ? 'UNKNOWN' : code;
}

/** A failure as `google.rpc.Status` with ErrorInfo, BadRequest and RetryInfo. */
export function toStatus(failure: Failure): Status {
  const { reason, domain, metadata = {}, violations, retryAfterMs } = failure;
  const details = [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason, domain, metadata }))];
  if (violations !== undefined) {
    const fieldViolations = violations.map(({ field, description }) => ({ field, description }));
    details.push(anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations })));
  }
  if (retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: BigInt(Math.floor(retryAfterMs / 1_000)),
      nanos: Math.floor(retryAfterMs % 1_000) * 1_000_000,
    };
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay })));
  }
  return create(StatusSchema, { code: numberOf(failure.code), message: failure.message, details });
}

/** What `toStatus` made, or what another server says; details that are not understood are passed over. */
export function fromStatus(status: Status): Failure {
  let failure: Failure = { ...bareFailure(codeOf(status.code)), message: status.message };
  for (const detail of status.details) {
    const info = anyUnpack(detail, ErrorInfoSchema);
    if (info) failure = { ...failure, reason: info.reason, domain: info.domain, metadata: info.metadata };
    const fields = anyUnpack(detail, BadRequestSchema)?.fieldViolations;
    if (fields) {
      const violations = fields.map(({ field, description }) => ({ field, description }));
      failure = { ...failure, violations };
    }
    const delay = anyUnpack(detail, RetryInfoSchema)?.retryDelay;
    if (delay) failure = { ...failure, retryAfterMs: Number(delay.seconds) * 1_000 + delay.nanos / 1_000_000 };
  }
  return failure;
}

/** The value of `grpc-status-details-bin`. */
export function encodeStatus(failure: Failure): Uint8Array {
  return toBinary(StatusSchema, toStatus(failure));
}

/** Undefined where the bytes are no status. */
export function decodeStatus(bytes: Uint8Array): Failure | undefined {
  try {
    return fromStatus(fromBinary(StatusSchema, bytes));
  } catch {
    return undefined;
  }
}

/** What is said of a status that comes without details: from a proxy, the transport, or a server that is not Otvet's. */
const BARE: Partial<Record<StatusCode, readonly [reason: string, message: string]>> = {
  CANCELLED: ['CANCELLED', 'The call was cancelled.'],
  DEADLINE_EXCEEDED: ['DEADLINE_EXCEEDED', 'The time of the call ran out.'],
  UNAVAILABLE: ['UNAVAILABLE', 'The service cannot be reached now; try again.'],
  UNIMPLEMENTED: ['METHOD_UNKNOWN', 'No such method there.'],
  UNAUTHENTICATED: ['CALLER_UNKNOWN', 'The service does not know the caller.'],
  PERMISSION_DENIED: ['CALLER_NOT_ALLOWED', 'The service does not allow the call.'],
  RESOURCE_EXHAUSTED: ['OVERLOADED', 'The message or the number of calls is more than the service takes.'],
  INVALID_ARGUMENT: ['INVALID_REQUEST', 'The service does not understand the request.'],
};

/** A failure of which only the code is known. */
export function bareFailure(code: StatusCode): Failure {
  const [reason, message] = BARE[code] ?? ['INTERNAL', 'The call failed.'];
  return { code, reason, domain: DOMAIN, message };
}
