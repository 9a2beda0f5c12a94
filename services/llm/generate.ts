import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Message } from '#gen/otvet/llm/v1/generation_pb.ts';
import type { GenerateRequest, GenerateResponseSchema } from '#gen/otvet/llm/v1/model_service_pb.ts';
import type { CallContext } from '#lib/rpc/server.ts';
import { withRetries } from './attempts.ts';
import { COALESCE_MS, coalesce } from './coalesce.ts';
import { ModelFailure, toRpcError } from './failures.ts';
import { CallLimits } from './limits.ts';
import type { Model, Prompt } from './model.ts';
import type { RetryPolicy } from './retries.ts';
import type { ModelTelemetry } from './telemetry.ts';
import { estimateTokens } from './tokens.ts';

type Response = MessageInitShape<typeof GenerateResponseSchema>;

export interface GenerateParts {
  /** By name. */
  readonly models: ReadonlyMap<string, Model>;
  /** The one for requests that name none. */
  readonly configured: Model;
  /** Room for the answer where the request asks for none, in tokens; 0 for no limit. */
  readonly maxOutputTokens: number;
  readonly firstTokenMs: number;
  readonly totalMs: number;
  readonly policy: RetryPolicy;
  /** A number from 0 to 1, another at each call. */
  readonly chance: () => number;
  readonly telemetry: ModelTelemetry;
}

/** ModelService.Generate: one completion, from whichever model, within its limits. */
export function makeGenerate(parts: GenerateParts) {
  return async function* generate(request: GenerateRequest, context: CallContext): AsyncGenerator<Response> {
    const model = request.model === '' ? parts.configured : parts.models.get(request.model);
    if (model === undefined) throw toRpcError({ kind: 'model_unknown', model: request.model });
    // Leaves with what comes first: a message of its own would cost as much as a delta and tell nothing sooner.
    let started = false;
    for await (const step of complete(parts, model, request, context)) {
      if (!started) yield { event: { case: 'started', value: { model: model.name } } };
      started = true;
      yield step;
    }
  };
}

async function* complete(
  parts: GenerateParts,
  model: Model,
  request: GenerateRequest,
  context: CallContext,
): AsyncGenerator<Response> {
  using record = parts.telemetry.begin(model.name, context.span);
  using limits = new CallLimits(context.signal, parts.firstTokenMs, parts.totalMs);
  const maxOutputTokens = request.maxOutputTokens || parts.maxOutputTokens;
  const prompt: Prompt = { ...request, maxOutputTokens };
  const { policy, chance } = parts;
  const onRetry = record.retried.bind(record);
  const steps = withRetries(model, prompt, { limits, policy, chance, onRetry });
  let answer = '';
  try {
    for await (const step of coalesce(steps, COALESCE_MS)) {
      if (step.kind === 'delta') {
        record.text();
        answer += step.text;
        yield { event: { case: 'delta', value: { text: step.text } } };
      } else if (step.kind === 'finished') {
        const usage = step.usage ?? estimate(prompt, answer);
        record.finished(usage);
        const counted = {
          promptTokens: BigInt(usage.promptTokens),
          completionTokens: BigInt(usage.completionTokens),
          estimated: step.usage === undefined,
        };
        yield { event: { case: 'finished', value: { finishReason: step.reason, usage: counted } } };
      }
    }
  } catch (error) {
    if (error instanceof ModelFailure) {
      const failed = toRpcError(error.failure, error);
      record.failed(failed.failure.reason, error);
      throw failed;
    }
    // The caller gave up, or there is a fault of ours: the server tells which.
    if (!context.signal.aborted) record.failed('INTERNAL', error);
    throw error;
  }
}

function estimate(prompt: Prompt, answer: string): { promptTokens: number; completionTokens: number } {
  let promptTokens = 0;
  for (const { parts } of prompt.messages) {
    for (const { content } of parts) {
      promptTokens += tokensOf(content);
    }
  }
  return { promptTokens, completionTokens: estimateTokens(answer) };
}

/** About what a picture of usual size costs with models of this family; they report the true number themselves. */
const TOKENS_OF_IMAGE = 1_000;

function tokensOf(content: Message['parts'][number]['content']): number {
  if (content.case === 'image') return TOKENS_OF_IMAGE;
  return estimateTokens(content.case === 'passage' ? content.value.text : (content.value ?? ''));
}
