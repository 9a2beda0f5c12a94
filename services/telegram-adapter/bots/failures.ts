import { RpcError, type StatusCode } from '#lib/rpc/status.ts';

/** The failures of this service's contract: see `otvet.telegram.v1.ErrorReason`. */
const DOMAIN = 'telegram-adapter.otvet';

export function botNotFound(name: string): RpcError {
  return failure('NOT_FOUND', 'BOT_NOT_FOUND', 'There is no such bot.', { name });
}

export function botExists(name: string): RpcError {
  return failure('ALREADY_EXISTS', 'BOT_EXISTS', 'This bot is here already. Remove it first to add it anew.', { name });
}

export function tokenRefused(): RpcError {
  return failure('INVALID_ARGUMENT', 'BOT_TOKEN_REFUSED', 'Telegram does not know this token. Ask @BotFather for it.');
}

export function inEnvironment(name: string): RpcError {
  const message = 'The token of this bot stands in the environment (OTVET_TELEGRAM_TOKEN): change it there.';
  return failure('FAILED_PRECONDITION', 'BOT_IN_ENVIRONMENT', message, { name });
}

export function botChanged(name: string): RpcError {
  return failure('ABORTED', 'BOT_CHANGED', 'The bot was changed meanwhile. Read it again.', { name });
}

export function secretKeyMissing(): RpcError {
  const message =
    'Bots cannot be added: there is no key to seal their tokens with. Set OTVET_SECRET_KEY_FILE; `npx otvet secret-key` prints a key.';
  return failure('FAILED_PRECONDITION', 'SECRET_KEY_MISSING', message);
}

export function assistantNotFound(name: string): RpcError {
  return failure('INVALID_ARGUMENT', 'ASSISTANT_NOT_FOUND', 'There is no such assistant.', { name });
}

export function requestIdReused(): RpcError {
  const message = 'The request_id was used before with another request.';
  return new RpcError({ code: 'INVALID_ARGUMENT', reason: 'REQUEST_ID_REUSED', domain: 'otvet', message });
}

export function fieldInvalid(field: string, description: string): RpcError {
  const message = `${field} ${description}.`;
  const violations = [{ field, description }];
  return new RpcError({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', domain: 'otvet', message, violations });
}

function failure(code: StatusCode, reason: string, message: string, metadata: Readonly<Record<string, string>> = {}) {
  return new RpcError({ code, reason, domain: DOMAIN, message, metadata });
}
