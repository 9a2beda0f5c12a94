import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type FinishReason, type Message, MessageSchema, Role, type Usage } from '#gen/otvet/llm/v1/generation_pb.ts';
import { type GenerateRequest, GenerateRequestSchema, ModelService } from '#gen/otvet/llm/v1/model_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { systemClock } from '#lib/clock.ts';
import { readConfig } from '#lib/config/variables.ts';
import { systemIds } from '#lib/ids.ts';
import { type Client, createClient, openChannel } from '#lib/rpc/client.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics, type Metrics } from '#lib/telemetry/metrics.ts';
import { llmVariables } from './config.ts';
import { startLlm } from './service.ts';

/** For tests: the service as its caller, conversation, meets it. */

type Request = MessageInitShape<typeof GenerateRequestSchema>;

/** All that a caller hears of one call. */
export interface Heard {
  readonly model: string;
  readonly text: string;
  readonly deltas: readonly string[];
  readonly finish: FinishReason | undefined;
  readonly usage: Usage | undefined;
  readonly failure: RpcError['failure'] | undefined;
}

export interface StartedLlm extends AsyncDisposable {
  readonly client: Client<typeof ModelService>;
  readonly metrics: Metrics;
  /** All log lines so far. */
  readonly lines: readonly string[];
  ask(request?: Request): Promise<Heard>;
}

/** A question with a passage that answers when the pool opens. */
export function question(text: string): Message {
  const passage = { id: 'p1', title: 'Hours', text: 'The pool opens at eight in the morning.' };
  return create(MessageSchema, {
    role: Role.USER,
    parts: [{ content: { case: 'passage', value: passage } }, { content: { case: 'text', value: text } }],
  });
}

export const plain: GenerateRequest = create(GenerateRequestSchema, {
  messages: [question('When does the pool open?')],
  language: 'en',
  refusalMarker: 'NO_ANSWER',
});

/** Starts the service with quick retries, and a client with the certificate of conversation. */
export async function startForTest(env: Readonly<Record<string, string>>): Promise<StartedLlm> {
  await using owned = new AsyncDisposableStack();
  const lines: string[] = [];
  const config = readConfig(llmVariables, {
    OTVET_LLM_ADDRESS: '127.0.0.1:0',
    OPENAI_MODEL: 'test-model',
    OTVET_MODEL_FIRST_TOKEN_TIMEOUT: '3s',
    ...env,
  });
  const authority = await createAuthority('otvet.test', Date.now());
  const issue = authority.issue.bind(authority);
  const metrics = createMetrics();
  const log = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const host = { issue, log, metrics, clock: systemClock, ids: systemIds };
  const service = await startLlm(config, host, { policy: { maxRetries: 2, baseMs: 5, capMs: 1_000 } });
  owned.defer(() => service.stop(500));
  const identity = await issue('conversation');
  const maxMessageBytes = 21 * 1024 * 1024;
  const address = service.address;
  const channel = owned.use(openChannel({ service: 'llm', address, identity, metrics, maxMessageBytes }));
  const client = createClient(ModelService, channel);
  const parts = owned.move();
  return {
    client,
    metrics,
    lines,
    ask: (request = plain) => hear(client, request),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function hear(client: Client<typeof ModelService>, request: Request): Promise<Heard> {
  let model = '';
  const deltas: string[] = [];
  let end: { finishReason: FinishReason; usage?: Usage } | undefined;
  let failure: RpcError['failure'] | undefined;
  try {
    for await (const { event } of client.generate(request)) {
      if (event.case === 'started') model = event.value.model;
      if (event.case === 'delta') deltas.push(event.value.text);
      if (event.case === 'finished') end = event.value;
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    failure = error.failure;
  }
  return { model, text: deltas.join(''), deltas, finish: end?.finishReason, usage: end?.usage, failure };
}
