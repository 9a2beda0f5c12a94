import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Channel, type Principal, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { type AskRequestSchema, ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { type Client, createClient, openChannel } from '#lib/rpc/client.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { type ConversationPeers, startConversationPeers } from '#testing/conversation-peers.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { testHost } from '#testing/host.ts';
import { startConversation } from '../services/conversation/service.ts';

/** For tests: the service as gateway and telegram-adapter meet it, with an assistant `velik` that knows of bicycles. */

export const ASSISTANT = 'assistants/velik';
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

export interface StartedConversation extends AsyncDisposable {
  readonly peers: ConversationPeers;
  readonly folder: string;
  /** By how much the service's clock is ahead, in milliseconds. */
  readonly clock: { aheadMs: number };
  /** Both change with a restart. */
  conversation: Client<typeof ConversationService>;
  sessions: Client<typeof SessionService>;
  restart(): Promise<void>;
  /** The finished turn of a question; by `realm` of session `s`. */
  ask(request: MessageInitShape<typeof AskRequestSchema>, realm?: string): Promise<Turn>;
}

export function personOf(realm: string): Principal {
  return create(PrincipalSchema, { channel: Channel.API, realm, subject: realm, scopes: [Scope.ASK] });
}

export async function startConversationForTest(): Promise<StartedConversation> {
  await using owned = new AsyncDisposableStack();
  const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs };
  const host = { ...(await testHost()), clock };
  const folder = owned.use(await temporaryFolder());
  const peers = owned.use(await startConversationPeers(host));
  peers.release([RULES]);
  const config = {
    dataDir: folder.path,
    mongodbUrl: undefined,
    natsUrl: undefined,
    listenAddress: undefined,
    address: '127.0.0.1:0',
    llmAddress: peers.llmAddress,
    trainingAddress: peers.trainingAddress,
    indexMemory: 64 * 1024 ** 2,
    contextTokens: 6000,
    turnTimeout: 5000,
    sessionQueue: 5,
    handoffWait: 60_000,
    handoffSilence: 60_000,
  };
  const begin = async () => {
    const service = await startConversation(config, host);
    const channel = openChannel({
      service: 'conversation',
      address: service.address,
      identity: await host.issue('gateway'),
      metrics: host.metrics,
      maxMessageBytes: 21 * 1024 * 1024,
    });
    const stop = async (): Promise<void> => {
      await channel[Symbol.asyncDispose]();
      await service.stop(500);
    };
    const clients = {
      conversation: createClient(ConversationService, channel),
      sessions: createClient(SessionService, channel),
    };
    return { stop, clients };
  };
  let running = await begin();
  owned.defer(() => running.stop());
  const parts = owned.move();
  const started: StartedConversation = {
    ...running.clients,
    peers,
    folder: folder.path,
    clock,
    async restart() {
      await running.stop();
      running = await begin();
      Object.assign(started, running.clients);
    },
    async ask(request, realm = 'me') {
      const asked = { assistant: ASSISTANT, sessionId: 's', ...request };
      for await (const { event } of started.conversation.ask(asked, { principal: personOf(realm) }))
        if (event.case === 'finished' && event.value.turn) return event.value.turn;
      throw new Error('the answer did not finish');
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
  return started;
}

/** The failure of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<RpcError['failure']> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) return error.failure;
    throw error;
  }
  throw new Error('it succeeded');
}
