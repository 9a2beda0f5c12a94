import { RpcError, type StatusCode } from '#lib/rpc/status.ts';

/** Why a model gave no answer, or no whole one. Messages are ours: nothing of the prompt or the endpoint's words. */
export type Failure =
  /** It cannot be reached, answers 5xx, or sends what is no answer. */
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterMs?: number }
  /** It limits the rate. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs?: number }
  /** The account has no quota left. */
  | { readonly kind: 'quota_exhausted' }
  /** It refuses the key, or knows no such model. */
  | { readonly kind: 'rejected_credentials'; readonly status: number }
  /** It refuses the prompt, for its length or form. `parameter` is the one it names, where it names one. */
  | { readonly kind: 'rejected_prompt'; readonly status: number; readonly parameter: string | undefined }
  /** No first token, or no end, in time. */
  | { readonly kind: 'timeout'; readonly limit: 'first_token' | 'total'; readonly limitMs: number }
  /** Its stream ended without saying why it stopped. */
  | { readonly kind: 'stream_cut' }
  /** Nobody configured a model of this name. */
  | { readonly kind: 'model_unknown'; readonly model: string }
  /** The model takes no pictures. */
  | { readonly kind: 'images_unsupported' }
  /** Nothing here writes down speech; `detail` says why, for the operator. */
  | { readonly kind: 'transcription_unavailable'; readonly detail: string }
  /** The recording cannot be read. */
  | { readonly kind: 'audio_rejected'; readonly detail: string };

/** Carries a `Failure` through async iteration. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
  readonly failure: Failure;
  constructor(failure: Failure, options?: { readonly cause?: unknown }) {
    super(failure.kind, options);
    this.failure = failure;
  }
}

interface Mapping {
  readonly code: StatusCode;
  readonly reason: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retryAfterMs?: number;
}

/** The status that callers see for a failure. */
export function toRpcError(failure: Failure, cause?: unknown): RpcError {
  return new RpcError({ domain: 'llm.otvet', ...mapped(failure) }, { cause });
}

/** The reason of a failure as metrics and errors name it. */
export function reasonOf(failure: Failure): string {
  return mapped(failure).reason;
}

function mapped(failure: Failure): Mapping {
  switch (failure.kind) {
    case 'unavailable':
      return {
        code: 'UNAVAILABLE',
        reason: 'PROVIDER_UNAVAILABLE',
        message: `the model endpoint does not answer: ${failure.detail}`,
        ...retryInfo(failure),
      };
    case 'rate_limited':
      return {
        code: 'RESOURCE_EXHAUSTED',
        reason: 'PROVIDER_RATE_LIMITED',
        message: 'the model endpoint limits the rate of calls',
        ...retryInfo(failure),
      };
    case 'quota_exhausted':
      return {
        code: 'FAILED_PRECONDITION',
        reason: 'PROVIDER_QUOTA_EXHAUSTED',
        message: 'the account at the model endpoint has no quota left',
      };
    case 'rejected_credentials':
      return {
        code: 'FAILED_PRECONDITION',
        reason: 'PROVIDER_REJECTED_CREDENTIALS',
        message: 'the model endpoint refuses the key or the model name; check OPENAI_API_KEY and OPENAI_MODEL',
        metadata: { status: String(failure.status) },
      };
    case 'rejected_prompt':
      return {
        code: 'INVALID_ARGUMENT',
        reason: 'PROVIDER_REJECTED_PROMPT',
        message: 'the model endpoint refuses the prompt, for its length or form',
        metadata: { status: String(failure.status) },
      };
    case 'timeout':
      return {
        code: 'DEADLINE_EXCEEDED',
        reason: 'PROVIDER_TIMEOUT',
        message:
          failure.limit === 'first_token'
            ? `the model did not begin to answer within ${failure.limitMs} ms`
            : `the model did not finish within ${failure.limitMs} ms`,
        metadata: { limit: failure.limit },
      };
    case 'stream_cut':
      return {
        code: 'ABORTED',
        reason: 'PROVIDER_STREAM_CUT',
        message: "the model endpoint's stream ended in mid-answer",
      };
    case 'model_unknown':
      return {
        code: 'NOT_FOUND',
        reason: 'MODEL_UNKNOWN',
        message: 'no such model is configured',
        metadata: { model: failure.model },
      };
    case 'images_unsupported':
      return {
        code: 'FAILED_PRECONDITION',
        reason: 'IMAGES_UNSUPPORTED',
        message: 'the model takes no pictures; set OPENAI_MODEL to one that does',
      };
    case 'transcription_unavailable':
      return {
        code: 'FAILED_PRECONDITION',
        reason: 'TRANSCRIPTION_UNAVAILABLE',
        message: `speech cannot be written down: ${failure.detail}`,
      };
    case 'audio_rejected':
      return {
        code: 'INVALID_ARGUMENT',
        reason: 'AUDIO_REJECTED',
        message: `the recording cannot be read: ${failure.detail}`,
      };
  }
}

function retryInfo({ retryAfterMs }: { readonly retryAfterMs?: number }): { readonly retryAfterMs?: number } {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}
