import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TranscribeRequest, TranscribeResponseSchema } from '#gen/otvet/llm/v1/model_service_pb.ts';
import type { CallContext } from '#lib/rpc/server.ts';
import { retrying } from './attempts.ts';
import { ModelFailure, toRpcError } from './failures.ts';
import { CallLimits } from './limits.ts';
import type { RetryPolicy } from './retries.ts';
import type { ModelTelemetry } from './telemetry.ts';
import type { Transcriber } from './transcriber.ts';

export interface TranscribeParts {
  /** Undefined where nobody configured one. */
  readonly transcriber: Transcriber | undefined;
  /** For one recording, retries included. */
  readonly totalMs: number;
  readonly policy: RetryPolicy;
  /** A number from 0 to 1, another at each call. */
  readonly chance: () => number;
  readonly telemetry: ModelTelemetry;
}

const NOT_CONFIGURED = 'it takes an endpoint (OPENAI_API_KEY or OPENAI_BASE_URL) and an OPENAI_TRANSCRIPTION_MODEL';

/** ModelService.Transcribe: what is said in a recording, within its limit. */
export function makeTranscribe({ transcriber, totalMs, policy, chance, telemetry }: TranscribeParts) {
  return async function transcribe(
    request: TranscribeRequest,
    context: CallContext,
  ): Promise<MessageInitShape<typeof TranscribeResponseSchema>> {
    if (transcriber === undefined) throw toRpcError({ kind: 'transcription_unavailable', detail: NOT_CONFIGURED });
    using record = telemetry.begin(transcriber.name, context.span, 'transcribe');
    using limits = new CallLimits(context.signal, totalMs, totalMs);
    limits.lifted();
    const onRetry = record.retried.bind(record);
    try {
      const attempt = (signal: AbortSignal) => transcriber.transcribe(request, signal);
      const heard = await retrying(attempt, { limits, policy, chance, onRetry });
      record.transcribed(heard.seconds);
      return { ...heard, model: transcriber.name };
    } catch (error) {
      if (error instanceof ModelFailure) {
        const failed = toRpcError(error.failure, error);
        record.failed(failed.failure.reason, error);
        throw failed;
      }
      if (!context.signal.aborted) record.failed('INTERNAL', error);
      throw error;
    }
  };
}
