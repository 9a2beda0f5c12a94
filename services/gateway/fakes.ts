import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type AskRequest,
  type AskResponseSchema,
  ConversationService,
  FinishReason,
} from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { Outcome, Turn_State, type TurnSchema } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { systemClock } from '#lib/clock.ts';
import { readConfig } from '#lib/config/variables.ts';
import { systemIds } from '#lib/ids.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { type Handlers, serve, startRpcServer } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Host } from '#lib/service/host.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import { gatewayVariables } from './config.ts';
import { type RunningGateway, startGateway } from './service.ts';

/** A gateway before fakes of the services behind it, for tests through its public port. */
export interface FakeHouse {
  readonly gateway: RunningGateway;
  /** The key of the machine's own user, with all scopes. */
  readonly key: string;
  readonly folder: string;
  /** Everything that was logged, as one text. */
  readonly logged: () => string;
  /** What the fakes were asked, newest last. */
  readonly seen: readonly Seen[];
  /** Starts the gateway again in the same folder. */
  restart(env?: Record<string, string>): Promise<FakeHouse['gateway']>;
  stop(): Promise<void>;
}

/** A call that reached a fake. */
export interface Seen {
  readonly method: string;
  readonly request: object;
  readonly context: CallContext;
  /** Why its signal aborted, once it has. */
  aborted?: boolean;
  /** How many deltas it was let send. */
  sent?: number;
}

/** Assistants of the fake training service: `demo` and `other`. */
const ASSISTANTS = ['demo', 'other'].map((id) => ({ name: `assistants/${id}`, displayName: `The ${id}` }));

export async function startFakeHouse(env: Record<string, string> = {}): Promise<FakeHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'otvet-gateway-'));
  const authority = await createAuthority('otvet.test', Date.now());
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  const metrics = createMetrics();
  const host: Host = { issue: (name) => authority.issue(name), log, metrics, clock: systemClock, ids: systemIds };
  const seen: Seen[] = [];
  const common = { address: '127.0.0.1:0', log, metrics, clock: systemClock, ready: () => true };
  const training = await startRpcServer({
    ...common,
    service: 'training',
    identity: await authority.issue('training'),
    maxMessageBytes: 17 * 1024 * 1024,
    served: [
      serve(AssistantService, assistants(seen)),
      serve(ImportService, {
        createImport: async (request, context) => {
          seen.push({ method: 'createImport', request, context });
          return { import: { name: `${request.parent}/imports/1`, rowCount: request.content.length } };
        },
        getImport: async () => ({}),
        listImports: async () => ({}),
      }),
    ],
  });
  const conversation = await startRpcServer({
    ...common,
    service: 'conversation',
    identity: await authority.issue('conversation'),
    served: [serve(ConversationService, answers(seen)), serve(SessionService, sessions())],
  });
  const start = async (more: Record<string, string>) =>
    startGateway(
      readConfig(gatewayVariables, {
        OTVET_DATA_DIR: folder,
        OTVET_PORT: '0',
        OTVET_GATEWAY_ADDRESS: '127.0.0.1:0',
        OTVET_TRAINING_ADDRESS: training.address,
        OTVET_CONVERSATION_ADDRESS: conversation.address,
        OTVET_TELEGRAM_ADDRESS: '127.0.0.1:1',
        ...more,
      }),
      host,
    );
  let gateway = await start(env);
  return {
    get gateway() {
      return gateway;
    },
    key: (await readFile(gateway.keyFile, 'utf8')).trim(),
    folder,
    logged: () => lines.join(''),
    seen,
    restart: async (more = env) => {
      await gateway.stop(0);
      gateway = await start(more);
      return gateway;
    },
    stop: async () => {
      await gateway.stop(0);
      await Promise.all([training.stop(0), conversation.stop(0)]);
      await rm(folder, { recursive: true });
    },
  };
}

function assistants(seen: Seen[]): Handlers<typeof AssistantService> {
  return {
    createAssistant: async () => ({}),
    getAssistant: async (request, context) => {
      seen.push({ method: 'getAssistant', request, context });
      const assistant = ASSISTANTS.find(({ name }) => name === request.name);
      if (assistant) return { assistant };
      if (request.name === 'assistants/broken') throw new Error('the secret cause');
      const message = 'There is no such assistant.';
      throw new RpcError({ code: 'NOT_FOUND', reason: 'ASSISTANT_NOT_FOUND', domain: 'training.otvet', message });
    },
    listAssistants: async (request, context) => {
      seen.push({ method: 'listAssistants', request, context });
      return { assistants: ASSISTANTS };
    },
  };
}

type Event = MessageInitShape<typeof AskResponseSchema>;

/** Says back the question word by word; `wait` never ends, `flood` sends without end, `busy` is refused. */
function answers(seen: Seen[]): Handlers<typeof ConversationService> {
  return {
    async *ask(request: AskRequest, context: CallContext): AsyncGenerator<Event> {
      const call: Seen = { method: 'ask', request, context };
      seen.push(call);
      context.signal.addEventListener('abort', () => (call.aborted = true));
      if (request.question === 'busy') throw new RpcError(queueFull);
      yield started(request);
      if (request.question === 'wait') await sleep(60_000, undefined, { signal: context.signal, ref: false });
      const words = request.question === 'flood' ? flood() : request.question.split(/(?<= )/);
      let sequence = 0;
      for await (const text of words) {
        yield { event: { case: 'delta', value: { sequence: ++sequence, text } } };
        call.sent = sequence;
      }
      const turn = turnOf(request.assistant, request.question);
      yield { event: { case: 'finished', value: { turn, finishReason: FinishReason.COMPLETE } } };
    },
    transcribe: async () => ({}),
    askUnary: async (request, context) => {
      seen.push({ method: 'askUnary', request, context });
      return { turn: turnOf(request.assistant, request.question) };
    },
    stopTurns: async () => ({ stoppedCount: 1 }),
  };
}

const queueFull = {
  code: 'RESOURCE_EXHAUSTED',
  reason: 'SESSION_QUEUE_FULL',
  domain: 'conversation.otvet',
  message: 'Too many questions wait in this session.',
  metadata: { limit: '8' },
  retryAfterMs: 1_500,
} as const;

async function* flood(): AsyncGenerator<string> {
  for (;;) yield 'x'.repeat(16_384);
}

function started(request: AskRequest): Event {
  return { event: { case: 'started', value: { turn: `${request.assistant}/sessions/s/turns/t`, attempt: 1 } } };
}

function turnOf(assistant: string, answer: string): MessageInitShape<typeof TurnSchema> {
  return { name: `${assistant}/sessions/s/turns/t`, answer, state: Turn_State.FINISHED, outcome: Outcome.ANSWERED };
}

function sessions(): Handlers<typeof SessionService> {
  return {
    getSession: async ({ name }) => ({ session: { name } }),
    listSessions: async () => ({}),
    updateSession: async ({ session }) => ({ ...(session ? { session } : {}) }),
    deleteSession: async () => ({}),
    resetSession: async () => ({}),
    getTurn: async () => ({}),
    listTurns: async () => ({ turns: [] }),
    giveFeedback: async () => ({}),
    attachFile: async () => ({}),
  };
}
