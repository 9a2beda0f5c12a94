import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { Channel, type Principal, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { DatasetService } from '#gen/otvet/training/v1/dataset_service_pb.ts';
import { type Import, Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { ReleaseService } from '#gen/otvet/training/v1/release_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { systemClock } from '#lib/clock.ts';
import { systemIds } from '#lib/ids.ts';
import { openRelease, type ReleaseIndex } from '#lib/retrieval/search.ts';
import { type CallOptions, createClient, openChannel } from '#lib/rpc/client.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { RunningService } from '#lib/service/host.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import { startTraining, type TrainingParts } from './service.ts';

/** A training service on an SQLite file in a temporary folder, called as the gateway and as conversation call it. */
export async function startHarness(options: HarnessOptions = {}) {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'otvet-training-')));
  const authority = await createAuthority('test.local', Date.now());
  const metrics = createMetrics();
  const host = {
    issue: (service: string) => authority.issue(service),
    log: createLogger({ level: process.env.OTVET_TEST_LOG ?? 'silent' }),
    metrics,
    clock: systemClock,
    ids: systemIds,
  };
  const config = {
    dataDir,
    mongodbUrl: undefined,
    natsUrl: undefined,
    listenAddress: undefined,
    address: '127.0.0.1:0',
    examplesDir: options.examplesDir ?? 'none',
    joinLimitMs: options.joinLimitMs ?? 30_000,
  };
  const service: RunningService = await startTraining(config, host, { quietMs: 20, ...options.parts });
  const channelOf = async (caller: string) =>
    openChannel({
      service: 'training',
      address: service.address,
      identity: await authority.issue(caller),
      metrics,
      maxMessageBytes: 17 * 1024 * 1024,
    });
  const gateway = await channelOf('gateway');
  const conversation = await channelOf('conversation');
  const harness = {
    dataDir,
    service,
    assistants: createClient(AssistantService, gateway),
    datasets: createClient(DatasetService, gateway),
    imports: createClient(ImportService, gateway),
    releases: createClient(ReleaseService, gateway),
    artifacts: createClient(ReleaseService, conversation),
    feed: createClient(FeedService, conversation),
    owner: { principal: principal() } satisfies CallOptions,

    async createAssistant(assistantId = 'bank') {
      const assistant = {
        displayName: 'Bank',
        description: 'Answers for a bank',
        persona: 'Be brief.',
        languages: ['en'],
      };
      const response = await harness.assistants.createAssistant({ assistantId, assistant }, harness.owner);
      return response.assistant;
    },
    /** Imports a file for the assistant `bank`, and gives the import as it stands when it has come to rest. */
    async import(file: string, content: string | Uint8Array, more: ImportOptions = {}) {
      return harness.settled(await harness.beginImport(file, content, more));
    },
    async beginImport(file: string, content: string | Uint8Array, more: ImportOptions = {}) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const request = { parent: 'assistants/bank', file, content: bytes, ...more };
      const response = await harness.imports.createImport(request, harness.owner);
      return response.import as Import;
    },
    async settled({ name }: Pick<Import, 'name'>): Promise<Import> {
      for (;;) {
        const { import: found } = await harness.imports.getImport({ name }, harness.owner);
        if (found?.state === Import_State.RELEASED || found?.state === Import_State.FAILED) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** The release that answers now, fetched, verified and opened as conversation does it. */
    async activeRelease(assistant = 'bank'): Promise<ReleaseIndex> {
      const found = await harness.assistants.getAssistant({ name: `assistants/${assistant}` }, harness.owner);
      return harness.openRelease(found.assistant?.activeRelease ?? '');
    },
    async openRelease(name: string): Promise<ReleaseIndex> {
      const { release } = await harness.releases.getRelease({ name }, harness.owner);
      const chunks: Uint8Array[] = [];
      for await (const { chunk } of harness.artifacts.fetchArtifact({ name })) chunks.push(chunk);
      const artifact = Buffer.concat(chunks);
      const hash = createHash('sha256').update(artifact).digest('hex');
      if (hash !== release?.artifactSha256 || artifact.length !== Number(release.artifactSize))
        throw new Error('not the artifact');
      return openRelease(new Uint8Array(artifact));
    },
    /** Stops the service; its data stay for another one. */
    async stop(graceMs = 1_000): Promise<void> {
      await gateway[Symbol.asyncDispose]();
      await conversation[Symbol.asyncDispose]();
      await service.stop(graceMs);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await harness.stop();
      await rm(dataDir, { recursive: true });
    },
  };
  return harness;
}

export interface ImportOptions {
  readonly parent?: string;
  readonly datasetId?: string;
  readonly locale?: string;
  readonly requestId?: string;
}

export interface HarnessOptions {
  readonly dataDir?: string;
  readonly examplesDir?: string;
  readonly joinLimitMs?: number;
  readonly parts?: Partial<TrainingParts>;
}

/** An owner's key, with all scopes unless others are given. */
export function principal(given: Partial<Pick<Principal, 'scopes' | 'assistants' | 'realm'>> = {}): Principal {
  const scopes = [Scope.ASK, Scope.READ, Scope.TEACH, Scope.ADMIN];
  return create(PrincipalSchema, { channel: Channel.API, realm: 'key-owner', scopes, ...given });
}

/** The reason of the failure that a call ends with. */
export async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) return error.failure.reason;
    throw error;
  }
  return 'no failure';
}
