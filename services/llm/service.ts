import { ModelService } from '#gen/otvet/llm/v1/model_service_pb.ts';
import { ownAddress } from '#lib/config/listen.ts';
import { type RpcServer, serve, startRpcServer } from '#lib/rpc/server.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { hasEndpoint, hasTranscription, type LlmConfig, llmVariables } from './config.ts';
import { ExtractiveModel } from './extractive.ts';
import { makeGenerate } from './generate.ts';
import type { Model } from './model.ts';
import { EndpointModel } from './openai.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retries.ts';
import { ModelTelemetry } from './telemetry.ts';
import { makeTranscribe } from './transcribe.ts';
import { EndpointTranscriber } from './transcriber.ts';

/** What tests may put in place of the real parts. */
export interface LlmParts {
  /** The model for requests that name none. */
  readonly configured: Model;
  readonly policy: RetryPolicy;
  /** A number from 0 to 1, another at each call. */
  readonly chance: () => number;
}

/** A recording of 20 MiB, or four pictures of 3 MiB with their prompt. */
const MAX_MESSAGE_BYTES = 21 * 1024 * 1024;

/** Starts the llm service. With an endpoint it loads the `openai` package first, but calls nobody. */
export async function startLlm(
  config: LlmConfig,
  host: Host,
  overrides: Partial<LlmParts> = {},
): Promise<RunningService> {
  const { metrics, clock } = host;
  const address = ownAddress(config.listenAddress, llmVariables.address, config.address);
  const log = host.log.child({ service: 'llm' });
  await using owned = new AsyncDisposableStack();

  const extractive = new ExtractiveModel();
  const endpoint = hasEndpoint(config) ? owned.use(await openEndpoint(config, host)) : undefined;
  const configured = overrides.configured ?? endpoint ?? extractive;
  const retrying = {
    policy: overrides.policy ?? { ...defaultRetryPolicy, maxRetries: config.maxRetries },
    chance: overrides.chance ?? Math.random,
    telemetry: new ModelTelemetry(metrics, log),
  };
  const generate = makeGenerate({
    models: new Map([extractive, configured].map((model) => [model.name, model])),
    configured,
    maxOutputTokens: config.maxOutputTokens,
    firstTokenMs: config.firstTokenTimeout,
    totalMs: config.totalTimeout,
    ...retrying,
  });
  const transcribe = makeTranscribe({
    transcriber: hasTranscription(config)
      ? await EndpointTranscriber.open({ ...config, model: config.transcriptionModel, clock })
      : undefined,
    totalMs: config.transcriptionTimeout,
    ...retrying,
  });

  const server: RpcServer = await startRpcServer({
    service: 'llm',
    address,
    identity: await host.issue('llm'),
    served: [serve(ModelService, { generate, transcribe })],
    log,
    metrics,
    clock,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    ready: () => true,
  });
  log.info({ address: server.address, model: configured.name }, 'llm is ready');

  const parts = owned.move();
  return {
    name: 'llm',
    address: server.address,
    ready: () => true,
    async stop(graceMs) {
      await server.stop(graceMs);
      await parts.disposeAsync();
    },
  };
}

function openEndpoint(config: LlmConfig, host: Host): Promise<EndpointModel> {
  const { apiKey, baseUrl, model, temperature, clock } = { ...config, ...host };
  // The default model thinks by itself unless told not to; people wait for an answer from passages, not for thoughts.
  const isDefault = model === llmVariables.model.fallback;
  const reasoningEffort = config.reasoningEffort ?? (isDefault ? 'none' : undefined);
  return EndpointModel.open({ model, apiKey, baseUrl, temperature, reasoningEffort, clock });
}
