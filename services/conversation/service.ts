import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { ModelService } from '#gen/otvet/llm/v1/model_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ReleaseActivatedSchema } from '#gen/otvet/training/v1/events_pb.ts';
import { ReleaseService } from '#gen/otvet/training/v1/release_service_pb.ts';
import { openBlobs } from '#lib/blobs/open.ts';
import type { OpenedBlobs } from '#lib/blobs/port.ts';
import { ownAddress } from '#lib/config/listen.ts';
import { atStart } from '#lib/documents/at-start.ts';
import { openStore } from '#lib/documents/open.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { StoreReadiness } from '#lib/documents/readiness.ts';
import { feedHandlers } from '#lib/events/feed.ts';
import { openEvents } from '#lib/events/open.ts';
import { Positions } from '#lib/events/positions.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { serve, startRpcServer } from '#lib/rpc/server.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { Thread } from '#lib/threads/thread.ts';
import { Answering } from './answering.ts';
import { Asking } from './asking.ts';
import { Attachments } from './attachments.ts';
import { type ConversationConfig, conversationVariables } from './config.ts';
import { ContextTurns } from './context-turns.ts';
import { conversationHandlers } from './conversation-handlers.ts';
import { Erasing } from './erasing.ts';
import { handoffChanged } from './handoff-events.ts';
import { EXPIRY_LOOK_MS, HandoffExpiry } from './handoff-expiry.ts';
import { handoffHandlers } from './handoff-handlers.ts';
import { HandoffMessages, handoffMessageCollection } from './handoff-messages.ts';
import { Handoffs, handingOver } from './handoffs.ts';
import { KeptBlobs, keptBlobCollection } from './kept-blobs.ts';
import { Releases } from './releases.ts';
import { SessionFiles } from './session-files.ts';
import { sessionHandlers } from './session-handlers.ts';
import { Sessions, sessionCollection } from './sessions.ts';
import { Stopping } from './stopping.ts';
import { Sweep } from './sweep.ts';
import { feedbackGiven, turnFinished } from './turn-events.ts';
import { TurnFeed } from './turn-feed.ts';
import { TurnMetrics } from './turn-metrics.ts';
import { TurnRunner } from './turn-runner.ts';
import { Turns, turnCollection } from './turns.ts';

/** What tests put in the place of the real parts. */
export interface ConversationParts {
  /** Not closed at the end. */
  readonly store: DocumentStore;
  /** Not closed at the end. */
  readonly blobs: OpenedBlobs;
  /** How long the lease of a session lasts without being renewed, in milliseconds. */
  readonly leaseMs: number;
  /** A stopwatch in milliseconds that never jumps. */
  readonly elapsed: () => number;
  /** How often handoffs whose time is over are looked for, in milliseconds. */
  readonly handoffLookMs: number;
}

/** A file or recording of 20 MiB, or four pictures of 3 MiB with their question. */
const MAX_MESSAGE_BYTES = 21 * 1024 * 1024;
const THREAD_IDLE_MS = 5_000;

/** Starts the conversation service: sessions, turns, retrieval and the answer policy. */
export async function startConversation(
  config: ConversationConfig,
  host: Host,
  overrides: Partial<ConversationParts> = {},
): Promise<RunningService> {
  const { clock, ids, metrics } = host;
  const address = ownAddress(config.listenAddress, conversationVariables.address, config.address);
  const log = host.log.child({ service: 'conversation' });
  const identity = await host.issue('conversation');
  const store = overrides.store ?? (await openStore({ service: 'conversation', config, clock, log }));
  const blobs = overrides.blobs ?? (await openBlobs({ service: 'conversation', config, clock, log }));
  const maxMessageBytes = MAX_MESSAGE_BYTES;
  const llm = openChannel({ service: 'llm', address: config.llmAddress, identity, metrics, maxMessageBytes });
  const training = openChannel({ service: 'training', address: config.trainingAddress, identity, metrics });

  const sessionDocuments = store.collection(sessionCollection);
  const turnDocuments = store.collection(turnCollection);
  const sessions = new Sessions({
    sessions: sessionDocuments,
    owner: ids.random(),
    queueLimit: config.sessionQueue,
    ...overrides,
  });
  const events = await openEvents({ service: 'conversation', natsUrl: config.natsUrl, log, metrics, clock });
  const feed = new TurnFeed(turnDocuments, sessionDocuments, clock);
  const positions = new Positions(ids.random().slice(0, 4));
  const turns = new Turns({
    turns: turnDocuments,
    positions,
    onTold(what, turn) {
      const told = what === 'finished' ? turnFinished(turn) : feedbackGiven(turn);
      if (told) events.announce(told.event);
      feed.wake();
    },
  });
  const handoffMessageDocuments = store.collection(handoffMessageCollection);
  const messages = new HandoffMessages(handoffMessageDocuments);
  const handoffs = new Handoffs({
    sessions: sessionDocuments,
    messages,
    limits: { waitMs: config.handoffWait, silenceMs: config.handoffSilence },
    positions,
    onMoved(session) {
      const told = handoffChanged(session);
      if (told) events.announce(told.event);
      feed.wake();
    },
    clock,
  });
  const releases = new Releases({
    assistants: createClient(AssistantService, training),
    releases: createClient(ReleaseService, training),
    memory: config.indexMemory,
    log,
  });
  const context = new ContextTurns(turns);
  const kept = new KeptBlobs({ blobs, kept: store.collection(keptBlobCollection), clock, log });
  const attachments = new Attachments(kept);
  const fileThread = new Thread(new URL('./session-file.worker.ts', import.meta.url), THREAD_IDLE_MS);
  const files = new SessionFiles({ kept, sessions, thread: fileThread, clock, ids });
  const model = createClient(ModelService, llm);
  const answering = new Answering({
    releases,
    context,
    attachments,
    files,
    model,
    contextTokens: config.contextTokens,
    clock,
    log,
  });
  const runner = new TurnRunner({
    sessions,
    turns,
    answer: handingOver(handoffs, sessions, (...turn) => answering.answer(...turn)),
    context,
    clock,
    log,
    metrics: new TurnMetrics(metrics),
    turnTimeoutMs: config.turnTimeout,
  });
  const queueLimit = config.sessionQueue;
  const asking = new Asking({ turns, sessions, runner, releases, attachments, clock, ids, queueLimit });
  const stopping = new Stopping({ turns, sessions, runner, clock, log });
  const erasing = new Erasing({
    sessions,
    sessionCollection: sessionDocuments,
    turnCollection: turnDocuments,
    messageCollection: handoffMessageDocuments,
    stopping,
    files,
    kept,
    context,
  });
  const sweep = new Sweep({ turns, sessions, runner, clock, log });
  const expiry = new HandoffExpiry({ handoffs, clock, log, everyMs: overrides.handoffLookMs ?? EXPIRY_LOOK_MS });
  const activations = events.bus({ training }).consume({
    source: 'training',
    types: [ReleaseActivatedSchema.typeName],
    apply: (event) => releases.apply(event),
  });

  const storeReadiness = new StoreReadiness({ store, log });
  const last = await atStart(store, log, () => feed.last());
  if (last !== undefined) positions.resume(last);
  let isRunning = false;
  const ready = () => isRunning && storeReadiness.ready;
  const server = await startRpcServer({
    service: 'conversation',
    address,
    identity,
    served: [
      serve(
        ConversationService,
        conversationHandlers(asking, stopping, (key) => sessions.get(key), model),
      ),
      serve(
        SessionService,
        sessionHandlers({
          sessions,
          turns,
          sessionCollection: sessionDocuments,
          turnCollection: turnDocuments,
          files,
          erasing,
          clock,
        }),
      ),
      serve(
        HandoffService,
        handoffHandlers({
          handoffs,
          messages,
          sessions,
          turns,
          sessionCollection: sessionDocuments,
          messageCollection: handoffMessageDocuments,
          clock,
        }),
      ),
      serve(FeedService, feedHandlers(feed)),
    ],
    log,
    metrics,
    clock,
    maxMessageBytes,
    ready,
  });
  // Where other processes may be running turns, what was left is seen by its leases.
  if (store.exclusive) {
    const resumed = await sweep.takeOver();
    if (resumed > 0) log.info({ sessions: resumed }, 'turns of the last run taken up');
  }
  isRunning = true;

  return {
    name: 'conversation',
    address: server.address,
    ready,
    async stop(graceMs) {
      isRunning = false;
      storeReadiness[Symbol.dispose]();
      sweep[Symbol.dispose]();
      stopping[Symbol.dispose]();
      expiry[Symbol.dispose]();
      // Ends the calls of followers, which would use up the grace.
      await feed[Symbol.asyncDispose]();
      await Promise.all([server.stop(graceMs), runner.close(graceMs * 0.6)]);
      await activations[Symbol.asyncDispose]();
      await events[Symbol.asyncDispose]();
      await Promise.all([llm[Symbol.asyncDispose](), training[Symbol.asyncDispose]()]);
      kept[Symbol.dispose]();
      await fileThread[Symbol.asyncDispose]();
      if (!overrides.blobs) await blobs[Symbol.asyncDispose]();
      if (!overrides.store) await store[Symbol.asyncDispose]();
    },
  };
}
