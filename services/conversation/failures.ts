import type { FileFault } from '#lib/material/formats.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';

/** The errors of this service, by the reasons of its error_reason.proto. */

const DOMAIN = 'conversation.otvet';

export function sessionNotFound(): RpcError {
  return new RpcError({
    code: 'NOT_FOUND',
    reason: 'SESSION_NOT_FOUND',
    domain: DOMAIN,
    message: 'There is no such session of yours.',
  });
}

export function turnNotFound(): RpcError {
  return new RpcError({
    code: 'NOT_FOUND',
    reason: 'TURN_NOT_FOUND',
    domain: DOMAIN,
    message: 'There is no such turn of yours.',
  });
}

export function turnNotFinished(): RpcError {
  return new RpcError({
    code: 'FAILED_PRECONDITION',
    reason: 'TURN_NOT_FINISHED',
    domain: DOMAIN,
    message: 'The turn has no answer yet. Wait for it, and then say what you think of it.',
  });
}

export function handoffNotFound(): RpcError {
  return new RpcError({
    code: 'NOT_FOUND',
    reason: 'HANDOFF_NOT_FOUND',
    domain: DOMAIN,
    message: 'The session was never handed over to people, or there is no handoff of this number.',
  });
}

export function handoffEnded(): RpcError {
  return new RpcError({
    code: 'FAILED_PRECONDITION',
    reason: 'HANDOFF_ENDED',
    domain: DOMAIN,
    message: 'The session is back with the bot.',
  });
}

export function handoffNotDue(): RpcError {
  return new RpcError({
    code: 'FAILED_PRECONDITION',
    reason: 'HANDOFF_NOT_DUE',
    domain: DOMAIN,
    message: 'Not so many questions in a row were refused.',
  });
}

export function sessionNotOwn(): RpcError {
  return new RpcError({
    code: 'INVALID_ARGUMENT',
    reason: 'SESSION_NOT_OWN',
    domain: DOMAIN,
    message: 'A session can be made under your own realm only; ask a question with session_id to make one.',
  });
}

export function queueFull(limit: number): RpcError {
  return new RpcError({ ...QUEUE_FULL, metadata: { limit: String(limit) }, retryAfterMs: 5000 });
}

export const QUEUE_FULL: Failure = {
  code: 'RESOURCE_EXHAUSTED',
  reason: 'SESSION_QUEUE_FULL',
  domain: DOMAIN,
  message: 'Too many questions wait in this session. Wait for their answers, or stop them.',
};

/** An attached file that cannot be read. */
export function fileRefused({ reason, message, metadata }: FileFault): RpcError {
  const told = FILE_REASONS.has(reason) ? reason : 'FILE_NOTHING_READ';
  return new RpcError({
    code: 'INVALID_ARGUMENT',
    reason: told,
    domain: DOMAIN,
    message,
    ...(metadata === undefined ? {} : { metadata }),
  });
}

const FILE_REASONS: ReadonlySet<string> = new Set(['FILE_EMPTY', 'FILE_FORMAT_UNKNOWN', 'FILE_ENCODING_UNKNOWN']);

export function requestIdReused(): RpcError {
  return new RpcError({
    code: 'INVALID_ARGUMENT',
    reason: 'REQUEST_ID_REUSED',
    domain: 'otvet',
    message: 'This request_id was used before in this session with another question. Use a new one for each question.',
    violations: [{ field: 'request_id', description: 'was used before with another question' }],
  });
}

export function handedOver(): RpcError {
  return new RpcError({
    code: 'UNAVAILABLE',
    reason: 'UNAVAILABLE',
    domain: 'otvet',
    message: 'This server stops, and another one goes on with the question. Ask again with the same request_id.',
  });
}

export function principalMissing(): RpcError {
  return new RpcError({
    code: 'UNAUTHENTICATED',
    reason: 'PRINCIPAL_MISSING',
    domain: 'otvet',
    message: 'The call does not say on whose behalf it is made.',
  });
}

export function fieldInvalid(field: string, description: string): RpcError {
  return new RpcError({
    code: 'INVALID_ARGUMENT',
    reason: 'INVALID_REQUEST',
    domain: 'otvet',
    message: `${field}: ${description}`,
    violations: [{ field, description }],
  });
}
