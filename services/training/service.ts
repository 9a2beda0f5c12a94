import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { openBlobs } from '#lib/blobs/open.ts';
import type { BlobStore } from '#lib/blobs/port.ts';
import { ownAddress } from '#lib/config/listen.ts';
import { atStart } from '#lib/documents/at-start.ts';
import { openStore } from '#lib/documents/open.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { StoreReadiness } from '#lib/documents/readiness.ts';
import { createFeed, feedHandlers } from '#lib/events/feed.ts';
import { openEvents } from '#lib/events/open.ts';
import { serve, startRpcServer } from '#lib/rpc/server.ts';
import { type Host, type RunningService, StartError } from '#lib/service/host.ts';
import { Thread } from '#lib/threads/thread.ts';
import { serveAssistants } from './assistant-service.ts';
import { assistantsIn } from './assistants.ts';
import { pause } from './bounded.ts';
import { type TrainingConfig, trainingVariables } from './config.ts';
import { serveDatasets } from './dataset-service.ts';
import { datasetsIn } from './datasets.ts';
import { documentsIn, passagesIn } from './documents.ts';
import { loadExampleData } from './example-data.ts';
import { examplesIn } from './examples.ts';
import { ImportFiles } from './import-files.ts';
import { ImportReader } from './import-reading.ts';
import { serveImports } from './import-service.ts';
import { importsIn } from './imports.ts';
import { Leases } from './leases.ts';
import { createMeasures } from './measures.ts';
import { serveReleases } from './release-service.ts';
import { releasesIn } from './releases.ts';
import { renewReleases, TakingUp, takeUp, voidLeases } from './resuming.ts';
import { runsIn } from './runs.ts';
import { Trainer } from './trainer.ts';

/** What tests may put in the place of the embedded parts. What is given is not closed at the end. */
export interface TrainingParts {
  readonly store: DocumentStore;
  readonly blobs: BlobStore;
  /** So long no import must have come or been read before a training run begins, in milliseconds. */
  readonly quietMs: number;
  /** How long a lease lasts without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** How often imports that another process may have left are looked for, in milliseconds. */
  readonly takeUpMs: number;
}

/** A file of 16 MiB and what goes with it. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;
const THREAD_IDLE_MS = 5_000;
/** Longer than a client takes from one file of a folder to the next. */
const QUIET_MS = 250;
const TAKE_UP_MS = 5_000;

/** Starts the owner of assistants, datasets, imports and releases. Throws `StartError`. */
export async function startTraining(
  config: TrainingConfig,
  host: Host,
  overrides: Partial<TrainingParts> = {},
): Promise<RunningService> {
  const address = ownAddress(config.listenAddress, trainingVariables.address, config.address);
  const log = host.log.child({ service: 'training' });
  const { clock, ids, metrics } = host;
  await using started = new AsyncDisposableStack();
  const examples = await examplesFolder(config.examplesDir);
  const store = overrides.store ?? started.use(await openStore({ service: 'training', config, clock, log }));
  const blobs = overrides.blobs ?? started.use(await openBlobs({ service: 'training', config, clock, log }));

  const collections = {
    assistants: assistantsIn(store),
    datasets: datasetsIn(store),
    examples: examplesIn(store),
    documents: documentsIn(store),
    passages: passagesIn(store),
    imports: importsIn(store),
    runs: runsIn(store),
    releases: releasesIn(store),
  };
  const files = new ImportFiles(blobs);
  const base = { ...collections, blobs, files, measures: createMeasures(metrics), clock, ids, log };
  const thread = (name: string) =>
    started.use(new Thread(new URL(`./threads/${name}.worker.ts`, import.meta.url), THREAD_IDLE_MS));
  const leasing = { clock, owner: ids.random(), leaseMs: overrides.leaseMs };
  const trainer = new Trainer({
    ...base,
    leases: new Leases(collections.assistants, leasing),
    thread: thread('release'),
    joinLimitMs: config.joinLimitMs,
    quietMs: overrides.quietMs ?? QUIET_MS,
  });
  const reader = new ImportReader({
    ...base,
    leases: new Leases(collections.imports, leasing),
    thread: thread('material'),
    onRead: (assistant) => trainer.wake(assistant),
  });
  const intake = {
    ...base,
    onAccepted: (assistant: string) => {
      trainer.wake(assistant);
      reader.wake(assistant);
    },
  };

  const events = started.use(await openEvents({ service: 'training', natsUrl: config.natsUrl, log, metrics, clock }));
  const feed = started.use(createFeed({ store, source: 'training', clock, log, ids, announce: events.announce }));

  const storeReadiness = started.use(new StoreReadiness({ store, log }));
  let isRunning = false;
  const ready = () => isRunning && storeReadiness.ready;
  const server = await startRpcServer({
    service: 'training',
    address,
    identity: await host.issue('training'),
    served: [
      serveAssistants(base),
      serveDatasets(base),
      serveImports(intake),
      serveReleases(base),
      serve(FeedService, feedHandlers(feed)),
    ],
    log,
    metrics,
    clock,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    ready,
  });
  started.defer(() => server.stop(0));

  const resuming = { ...collections, trainer, reader };
  // Where other processes may be at work, what was left is seen by its leases.
  if (store.exclusive) await voidLeases(resuming);
  else started.use(new TakingUp(resuming, log, overrides.takeUpMs ?? TAKE_UP_MS));
  await atStart(store, log, async () => {
    await renewReleases(resuming);
    await takeUp(resuming);
    if (examples !== undefined) await loadExampleData(examples, intake, log);
  });
  isRunning = true;

  const parts = started.move();
  return {
    name: 'training',
    address: server.address,
    ready,
    stop: async (graceMs) => {
      isRunning = false;
      // Ends the calls of followers, which would use up the grace; what was not relayed yet is after the next start.
      await feed[Symbol.asyncDispose]();
      await server.stop(graceMs);
      const grace = new AbortController();
      const ending = Promise.all([reader.stop(), trainer.stop()]).finally(() => grace.abort());
      // Work in threads that does not end in time is broken off with them, and done again at the next start.
      await Promise.race([ending, pause(graceMs / 2, grace.signal)]);
      await parts.disposeAsync();
      await ending;
    },
  };
}

/** Undefined where no example data are wanted. */
async function examplesFolder(given: string | undefined): Promise<string | undefined> {
  if (given === 'none') return undefined;
  const folder = given ?? resolve(import.meta.dirname, '../../examples');
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return folder;
  if (given === undefined) return undefined;
  throw new StartError(`OTVET_EXAMPLES_DIR: there is no folder ${given}. Name one, or set it to none.`);
}
