import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import type { Ids } from '#lib/ids.ts';
import { internal } from '#lib/rpc/failures.ts';
import { DOMAIN, type Failure, numberOf, RpcError, toStatus } from '#lib/rpc/status.ts';
import type { Logger } from '#lib/telemetry/log.ts';

const DETAILS: readonly DescMessage[] = [ErrorInfoSchema, BadRequestSchema, RetryInfoSchema];

/** A failure as the transport sends it, in every protocol, with ErrorInfo, BadRequest and RetryInfo. */
export function toConnectError(failure: Failure): ConnectError {
  const details = toStatus(failure).details.flatMap((detail) =>
    DETAILS.flatMap((desc) => {
      const value = anyUnpack(detail, desc as typeof ErrorInfoSchema);
      return value === undefined ? [] : [{ desc, value: value as MessageInitShape<DescMessage> }];
    }),
  );
  return new ConnectError(failure.message, numberOf(failure.code) as Code, undefined, details);
}

/** Reasons that speak of the way between the services: an operator's matter, nothing a caller could act on. */
const INSIDE = new Set(['CALLER_UNKNOWN', 'CALLER_NOT_ALLOWED', 'PRINCIPAL_MISSING']);

/**
 * What a caller is told about something thrown. Failures of the contract pass as they are; everything else becomes
 * INTERNAL with a fixed text and an id, under which the log holds the cause.
 */
export function failureOf(thrown: unknown, method: string, ids: Ids, log: Logger): Failure {
  const known = thrown instanceof RpcError ? thrown.failure : undefined;
  if (known !== undefined && !(known.domain === DOMAIN && INSIDE.has(known.reason))) return known;
  const id = ids.random();
  log.error({ err: thrown, id, method }, 'a call failed unexpectedly');
  return internal(id);
}
