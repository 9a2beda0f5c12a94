import type { APIError } from 'openai';
import type { Failure } from './failures.ts';

/** What an endpoint's refusal means. Only status, code, type, parameter and headers are read: messages may quote a prompt. */
export function failureOf(error: APIError, now: number): Failure {
  const { status = 0 } = error;
  if (status === 402 || isQuota(error)) return { kind: 'quota_exhausted' };
  const retryAfterMs = retryAfter(error.headers, now);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 429) return { kind: 'rate_limited', ...wait };
  if (status === 401 || status === 403 || status === 404) return { kind: 'rejected_credentials', status };
  const mayPass = status === 408 || status === 409 || status === 425 || status >= 500 || status < 400;
  if (mayPass) return { kind: 'unavailable', detail: `HTTP ${status}`, ...wait };
  return { kind: 'rejected_prompt', status, parameter: typeof error.param === 'string' ? error.param : undefined };
}

/**
 * True where an endpoint refuses a prompt with pictures because of them. They have no code for it in common; the words
 * are looked at for what they are about, and go nowhere.
 */
export function refusesImages(error: APIError): boolean {
  const { status = 0 } = error;
  const refused =
    (status >= 400 && status < 500 && status !== 401 && status !== 429) || status === 500 || status === 501;
  return refused && /image|vision|multi-?modal|content type/i.test(`${error.param} ${error.code} ${error.message}`);
}

/** A connection that failed, named by the system's code such as ECONNREFUSED. */
export function connectionFailure(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'connection failed';
  return { kind: 'unavailable', detail: code };
}

/** The milliseconds that `retry-after-ms` or `retry-after` (seconds, or a date) ask for. */
export function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (milliseconds >= 0) return milliseconds;
  const text = headers?.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Spent quota comes as 429 like a rate limit, but no waiting helps. */
function isQuota(error: APIError): boolean {
  return [error.code, error.type].some(
    (word) => word === 'insufficient_quota' || word === 'billing_hard_limit_reached',
  );
}
