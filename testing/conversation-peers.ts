import { createHash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type EventSchema, FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { FinishReason } from '#gen/otvet/llm/v1/generation_pb.ts';
import { type GenerateRequest, type GenerateResponseSchema, ModelService } from '#gen/otvet/llm/v1/model_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ReleaseActivatedSchema } from '#gen/otvet/training/v1/events_pb.ts';
import { ReleaseService } from '#gen/otvet/training/v1/release_service_pb.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { ReleaseBuilder } from '#lib/retrieval/build.ts';
import { type RpcServer, serve, startRpcServer } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Host } from '#lib/service/host.ts';

const ASSISTANT = 'assistants/velik';
const CHUNK = 64 * 1024;

type GenerateStep = MessageInitShape<typeof GenerateResponseSchema>;

/** How the model of a test answers a request. */
export type Script = (request: GenerateRequest, signal: AbortSignal) => AsyncIterable<GenerateStep>;

/** The services that conversation calls, played by a test: a training service with one assistant, and a model that follows a script. */
export interface ConversationPeers extends AsyncDisposable {
  readonly trainingAddress: string;
  readonly llmAddress: string;
  /** Every request the model got. */
  readonly requests: GenerateRequest[];
  script: Script;
  /** Makes these passages the assistant's active release and tells it in the feed. */
  release(passages: readonly Passage[]): void;
}

/** A model that says these pieces and finishes. */
export function saying(...pieces: readonly string[]): Script {
  return async function* () {
    yield { event: { case: 'started', value: { model: 'scripted' } } };
    for (const text of pieces) yield { event: { case: 'delta', value: { text } } };
    yield {
      event: {
        case: 'finished',
        value: { finishReason: FinishReason.STOP, usage: { promptTokens: 10n, completionTokens: 5n } },
      },
    };
  };
}

export async function startConversationPeers(host: Host): Promise<ConversationPeers> {
  const artifacts = new Map<string, Uint8Array>();
  const events: MessageInitShape<typeof EventSchema>[] = [];
  const followers = new Set<() => void>();
  let active = '';

  const training = await start(host, 'training', [
    serve(AssistantService, {
      async createAssistant() {
        throw notFound();
      },
      async listAssistants() {
        return { assistants: [{ name: ASSISTANT, displayName: 'Velik', activeRelease: active }] };
      },
      async getAssistant({ name }) {
        if (name !== ASSISTANT) throw notFound();
        return { assistant: { name, displayName: 'Velik', activeRelease: active } };
      },
    }),
    serve(ReleaseService, {
      async listReleases() {
        return {};
      },
      async getRelease({ name }) {
        const artifact = artifacts.get(name);
        if (!artifact) throw notFound();
        const artifactSha256 = createHash('sha256').update(artifact).digest('hex');
        return { release: { name, artifactSha256, artifactSize: BigInt(artifact.length) } };
      },
      async *fetchArtifact({ name }) {
        const artifact = artifacts.get(name) ?? new Uint8Array();
        for (let at = 0; at < artifact.length; at += CHUNK) yield { chunk: artifact.subarray(at, at + CHUNK) };
      },
    }),
    serve(FeedService, {
      async readFeed({ cursor }) {
        return { events: events.slice(Number(cursor || 0)), nextCursor: String(events.length) };
      },
      async *followFeed({ cursor }, { signal }) {
        let at = Number(cursor || 0);
        yield { events: events.slice(at), nextCursor: String(events.length) };
        at = events.length;
        while (!signal.aborted) {
          await new Promise<void>((resolve) => {
            followers.add(resolve);
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
          yield { events: events.slice(at), nextCursor: String(events.length) };
          at = events.length;
        }
      },
    }),
  ]);

  const peers: Omit<ConversationPeers, 'trainingAddress' | 'llmAddress' | typeof Symbol.asyncDispose> = {
    requests: [],
    script: saying('Nothing.'),
    release(passages) {
      const previousRelease = active;
      active = `${ASSISTANT}/releases/r${artifacts.size + 1}`;
      artifacts.set(active, artifactOf(passages));
      const data = toBinary(
        ReleaseActivatedSchema,
        create(ReleaseActivatedSchema, { release: active, previousRelease }),
      );
      events.push({
        id: `e${events.length}`,
        source: 'training',
        type: ReleaseActivatedSchema.typeName,
        subject: ASSISTANT,
        time: timestampFromMs(Date.now()),
        data,
      });
      for (const wake of followers) wake();
      followers.clear();
    },
  };
  const llm = await start(host, 'llm', [
    serve(ModelService, {
      async *generate(request, { signal }) {
        peers.requests.push(request);
        yield* peers.script(request, signal);
      },
      async transcribe({ audio, language }) {
        return { text: Buffer.from(audio.subarray(4)).toString('utf8'), language, seconds: 3, model: 'ears' };
      },
    }),
  ]);
  return Object.assign(peers, {
    trainingAddress: training.address,
    llmAddress: llm.address,
    async [Symbol.asyncDispose]() {
      await Promise.all([training.stop(0), llm.stop(0)]);
    },
  });
}

function start(
  host: Host,
  service: string,
  served: Parameters<typeof startRpcServer>[0]['served'],
): Promise<RpcServer> {
  return host.issue(service).then((identity) =>
    startRpcServer({
      ...host,
      service,
      address: '127.0.0.1:0',
      identity,
      served,
      maxMessageBytes: 21 * 1024 * 1024,
      ready: () => true,
    }),
  );
}

function artifactOf(passages: readonly Passage[]): Uint8Array {
  const builder = new ReleaseBuilder({
    assistant: ASSISTANT,
    snapshotSha256: '',
    persona: 'Warm and brief.',
    displayName: 'Velik',
    description: 'Bicycles of the city.',
    languages: ['en', 'ru'],
  });
  for (const passage of passages) builder.add(passage);
  return builder.finish();
}

function notFound(): RpcError {
  return new RpcError({
    code: 'NOT_FOUND',
    reason: 'ASSISTANT_NOT_FOUND',
    domain: 'training.otvet',
    message: 'There is none.',
  });
}
