import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GenerateRequestSchema, GenerateResponse, ModelService } from '#gen/otvet/llm/v1/model_service_pb.ts';
import type { Client } from '#lib/rpc/client.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { isAway, patiently } from './patience.ts';

export const STREAM_CUT = {
  code: 'ABORTED',
  reason: 'PROVIDER_STREAM_CUT',
  domain: 'llm.otvet',
  message: 'The model stopped in mid-answer.',
} as const;

const AWAY = {
  code: 'UNAVAILABLE',
  reason: 'PROVIDER_UNAVAILABLE',
  domain: 'llm.otvet',
  message: 'The model cannot be reached now. Ask again.',
} as const;

export interface ModelCallParts {
  readonly model: Pick<Client<typeof ModelService>, 'generate'>;
  readonly clock: { now(): number };
}

/**
 * What the model says. Until its first word a replica of the model door that died is replaced by another one, silently; after it the
 * answer is cut. Fails with reasons of the model door only, so that callers can tell the end of a turn from a call that they may repeat.
 */
export async function* callModel(
  { model, clock }: ModelCallParts,
  request: MessageInitShape<typeof GenerateRequestSchema>,
  context: CallContext,
): AsyncGenerator<GenerateResponse, void> {
  const begin = async () => {
    const steps = model.generate(request, { context })[Symbol.asyncIterator]();
    const before: GenerateResponse[] = [];
    for (;;) {
      const { value, done } = await steps.next();
      if (done) return { before, steps };
      before.push(value);
      if (value.event.case === 'delta' || value.event.case === 'finished') return { before, steps };
    }
  };
  const { before, steps } = await patiently(begin, { clock, signal: context.signal }).catch(ofModel(AWAY));
  yield* before;
  try {
    for (let next = await steps.next(); !next.done; next = await steps.next()) yield next.value;
  } catch (error) {
    throw ofModel(STREAM_CUT)(error);
  } finally {
    await steps.return?.();
  }
}

/** Says in the model door's words that it is away. */
function ofModel(failure: typeof STREAM_CUT | typeof AWAY): (error: unknown) => never {
  return (error) => {
    throw isAway(error) ? new RpcError(failure, { cause: error }) : error;
  };
}
