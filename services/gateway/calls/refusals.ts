import type { Failure } from '#lib/rpc/status.ts';

/** The domain of `otvet.account.v1.ErrorReason`. */
const DOMAIN = 'gateway.otvet';

/** Why the public edge refuses a call by itself. */

export const credentialsMissing: Failure = {
  code: 'UNAUTHENTICATED',
  reason: 'CREDENTIALS_MISSING',
  domain: DOMAIN,
  message: 'Send an API key: "Authorization: Bearer otvet_...".',
};

export const credentialsInvalid: Failure = {
  code: 'UNAUTHENTICATED',
  reason: 'CREDENTIALS_INVALID',
  domain: DOMAIN,
  message: 'The API key or chat session is not known, or was revoked.',
};

export const apiKeyNotFound: Failure = {
  code: 'NOT_FOUND',
  reason: 'API_KEY_NOT_FOUND',
  domain: DOMAIN,
  message: 'There is no such API key.',
};

export const hostNotAllowed: Failure = {
  code: 'PERMISSION_DENIED',
  reason: 'ORIGIN_NOT_ALLOWED',
  domain: DOMAIN,
  message: 'This server does not answer under this name. Its operator can add the name to OTVET_PUBLIC_URL.',
};

export const originNotAllowed: Failure = {
  code: 'PERMISSION_DENIED',
  reason: 'ORIGIN_NOT_ALLOWED',
  domain: DOMAIN,
  message: 'Calls from pages of another origin are not taken.',
};

/** Too many questions of one caller. */
export function tooManyQuestions(retryAfterMs: number): Failure {
  const message = 'Too many questions at once; try again later.';
  return { code: 'RESOURCE_EXHAUSTED', reason: 'OVERLOADED', domain: 'otvet', message, retryAfterMs };
}
