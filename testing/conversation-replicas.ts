import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Channel, type Principal, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import {
  type AskRequestSchema,
  type AskResponse,
  ConversationService,
} from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import type { Host } from '#lib/service/host.ts';
import { startConversationPeers } from '#testing/conversation-peers.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { testHost } from '#testing/host.ts';
import { PausableStore } from '#testing/pausable-store.ts';
import { startConversation } from '../services/conversation/service.ts';

export const ASSISTANT = 'assistants/velik';
export const QUESTION = 'When must a lost bicycle be reported?';
/** Short, so that tests need not wait. */
export const LEASE_MS = 450;

export const RULES: Passage = {
  kind: 'passage',
  source: `${ASSISTANT}/datasets/docs/documents/rules`,
  title: 'Rules',
  question: '',
  text: 'A lost bicycle must be reported within two hours by telephone.',
  locale: 'en',
  locator: 'Losses',
  version: 'v1',
};

/** Opens the way of one more replica to a store that all share. */
export type OpenShared = () => Promise<DocumentStore>;

/** Replicas of conversation on one store, each with a clock of its own, and the services that they call. Unset: a file of SQLite. */
export async function startReplicas(count: number, openShared?: OpenShared, leaseMs = LEASE_MS) {
  const host = await testHost();
  const folder = await temporaryFolder();
  const peers = await startConversationPeers(host);
  peers.release([RULES]);
  const stores: DocumentStore[] = [];
  const openFile = () =>
    openSqliteStore({ file: folder.file('conversation.sqlite'), clock: host.clock, log: host.log });
  const open = async (): Promise<DocumentStore> => {
    if (!openShared && stores[0]) return stores[0];
    const store = await (openShared ?? openFile)();
    stores.push(store);
    return store;
  };
  const config = {
    dataDir: folder.path,
    mongodbUrl: undefined,
    natsUrl: undefined,
    address: '127.0.0.1:0',
    listenAddress: undefined,
    llmAddress: peers.llmAddress,
    trainingAddress: peers.trainingAddress,
    indexMemory: 64 * 1024 ** 2,
    contextTokens: 6000,
    turnTimeout: 20_000,
    sessionQueue: 20,
    handoffWait: 30 * 60_000,
    handoffSilence: 2 * 3_600_000,
  };

  const startOne = async () => {
    const store = new PausableStore(await open());
    const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs };
    const own: Host = { ...host, clock };
    const service = await startConversation(config, own, { store, leaseMs, handoffLookMs: 30 });
    const { address } = service;
    const identity = await host.issue('gateway');
    const channel = openChannel({ service: 'conversation', address, identity, metrics: host.metrics });
    const reader = await host.issue('training');
    const feedChannel = openChannel({ service: 'conversation', address, identity: reader, metrics: host.metrics });
    const conversation = createClient(ConversationService, channel);
    return {
      store,
      clock,
      service,
      conversation,
      sessions: createClient(SessionService, channel),
      handoffs: createClient(HandoffService, channel),
      feed: createClient(FeedService, feedChannel),
      /** Asks, and gives the answer with all that was told on the way. */
      async ask(request: MessageInitShape<typeof AskRequestSchema>, signal?: AbortSignal): Promise<Told> {
        const asked = { assistant: ASSISTANT, question: QUESTION, sessionId: 's', ...request };
        return collect(conversation.ask(asked, { principal: PERSON, ...(signal ? { signal } : {}) }));
      },
      async stop(graceMs = 300): Promise<void> {
        await service.stop(graceMs);
        await feedChannel[Symbol.asyncDispose]();
        await channel[Symbol.asyncDispose]();
      },
    };
  };
  const replicas = [await startOne()];
  while (replicas.length < count) replicas.push(await startOne());
  return {
    peers,
    replicas,
    async [Symbol.asyncDispose]() {
      for (const { store } of replicas) store.wake();
      await Promise.all(replicas.map((replica) => replica.stop()));
      await peers[Symbol.asyncDispose]();
      for (const store of stores) await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export const PERSON: Principal = create(PrincipalSchema, {
  channel: Channel.API,
  realm: 'key-a',
  scopes: [Scope.ASK, Scope.READ],
});
export const SESSION = `${ASSISTANT}/sessions/key-a.s`;

/** What a caller was told of an answer. */
export interface Told {
  /** What is shown at the end. */
  text: string;
  deltas: number;
  attempts: number[];
  turn: Extract<AskResponse['event'], { case: 'finished' }>['value']['turn'];
}

export async function collect(stream: AsyncIterable<AskResponse>, told: Told = nothingTold()): Promise<Told> {
  for await (const { event } of stream) {
    if (event.case === 'started') {
      told.text = '';
      told.attempts.push(event.value.attempt);
    }
    if (event.case === 'delta') {
      told.text += event.value.text;
      told.deltas += 1;
    }
    if (event.case === 'finished') told.turn = event.value.turn;
  }
  return told;
}

export function nothingTold(): Told {
  return { text: '', deltas: 0, attempts: [], turn: undefined };
}
