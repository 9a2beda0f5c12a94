import type { MessageInitShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import {
  type AskRequest,
  type AskResponseSchema,
  ConversationService,
  FinishReason,
  type TranscribeRequest,
  type TranscribeResponseSchema,
} from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { Feedback } from '#gen/otvet/conversation/v1/feedback_pb.ts';
import { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import { type Session, SessionSchema } from '#gen/otvet/conversation/v1/session_pb.ts';
import {
  type AttachFileRequest,
  type AttachFileResponseSchema,
  SessionService,
} from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { Outcome, type TurnSchema } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { AssistantSchema } from '#gen/otvet/training/v1/assistant_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { serve, startRpcServer } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Host } from '#lib/service/host.ts';
import { PlayedHandoffs } from './played-handoffs.ts';

type AskStep = MessageInitShape<typeof AskResponseSchema>;

/** How conversation answers a question in a test. */
export type AskScript = (request: AskRequest, signal: AbortSignal) => AsyncIterable<AskStep>;

/** The services that telegram-adapter calls, played by a test. */
export interface TelegramPeers extends AsyncDisposable {
  readonly conversationAddress: string;
  readonly trainingAddress: string;
  /** Every Ask, with the person that it was made for. */
  readonly asked: { readonly request: AskRequest; readonly principal: Principal | undefined }[];
  /** Names of sessions, in the order of the calls. */
  readonly stopped: string[];
  readonly reset: string[];
  readonly deleted: string[];
  readonly updated: Session[];
  /** Every recording and every file that came. */
  readonly heard: TranscribeRequest[];
  readonly attached: AttachFileRequest[];
  script: AskScript;
  /** What Transcribe does; at first it hears the text that follows a recording's first four bytes. */
  onHear: (request: TranscribeRequest) => MessageInitShape<typeof TranscribeResponseSchema>;
  /** What AttachFile does. */
  onAttach: (request: AttachFileRequest) => MessageInitShape<typeof AttachFileResponseSchema>;
  /** What StopTurns does. */
  onStop: () => number;
  /** What conversation knows of turns, by their ids. */
  readonly turns: Map<string, MessageInitShape<typeof TurnSchema>>;
  /** Sessions that people have: questions in them end at once, without a word of the script. */
  readonly handoffs: PlayedHandoffs;
  /** What people thought of answers, in the order of the calls. */
  readonly feedback: { readonly turn: string; readonly feedback: Feedback | undefined; readonly by: string }[];
  /** The assistants there are, by name. */
  assistants: MessageInitShape<typeof AssistantSchema>[];
}

/** Says these pieces, one after another, and finishes. */
export function saying(...pieces: readonly string[]): AskScript {
  return async function* () {
    yield begun();
    for (const [index, text] of pieces.entries()) yield said(index + 1, text);
    yield finished({ answer: pieces.join('') });
  };
}

export function begun(attempt = 1, turn = 'assistants/velik/sessions/s/turns/t'): AskStep {
  return { event: { case: 'started', value: { turn, attempt } } };
}

export function said(sequence: number, text: string): AskStep {
  return { event: { case: 'delta', value: { sequence, text } } };
}

export function finished(
  turn: MessageInitShape<typeof TurnSchema>,
  finishReason: FinishReason = FinishReason.COMPLETE,
): AskStep {
  return { event: { case: 'finished', value: { turn: { outcome: Outcome.ANSWERED, ...turn }, finishReason } } };
}

export async function startTelegramPeers(host: Host): Promise<TelegramPeers> {
  const peers: Omit<TelegramPeers, 'conversationAddress' | 'trainingAddress' | typeof Symbol.asyncDispose> = {
    asked: [],
    stopped: [],
    reset: [],
    deleted: [],
    updated: [],
    turns: new Map(),
    handoffs: new PlayedHandoffs(),
    feedback: [],
    heard: [],
    attached: [],
    onHear: ({ audio }) => ({ text: Buffer.from(audio.subarray(4)).toString('utf8'), language: '', seconds: 3 }),
    onAttach: () => ({ passageCount: 1 }),
    script: saying('Nothing.'),
    onStop: () => 0,
    assistants: [{ name: 'assistants/velik', displayName: 'Velik' }],
  };
  const start = async (service: string, served: Parameters<typeof startRpcServer>[0]['served']) => {
    const identity = await host.issue(service);
    return startRpcServer({
      ...host,
      service,
      address: '127.0.0.1:0',
      identity,
      served,
      maxMessageBytes: 21 * 1024 * 1024,
      ready: () => true,
    });
  };
  const conversation = await start('conversation', [
    serve(ConversationService, {
      async *ask(request, { principal, signal }) {
        peers.asked.push({ request, principal });
        const session = `${request.assistant}/sessions/${principal?.realm}.${request.sessionId}`;
        if (peers.handoffs.isOpen(session)) {
          yield begun();
          yield finished({ outcome: Outcome.HANDED_OVER });
        } else yield* peers.script(request, signal);
      },
      async askUnary() {
        return {};
      },
      async transcribe(request) {
        peers.heard.push(request);
        return peers.onHear(request);
      },
      async stopTurns({ session }) {
        peers.stopped.push(session);
        return { stoppedCount: peers.onStop() };
      },
    }),
    serve(HandoffService, peers.handoffs.handlers),
    serve(SessionService, {
      getSession: absent,
      listSessions: absent,
      async getTurn({ name }) {
        const turn = peers.turns.get(idOf(name));
        return turn === undefined ? absent() : { turn: { name, ...turn } };
      },
      listTurns: absent,
      async giveFeedback({ turn: name, feedback }, { principal }) {
        const turn = peers.turns.get(idOf(name));
        if (turn === undefined) return absent();
        peers.feedback.push({ turn: idOf(name), feedback, by: principal?.subject ?? '' });
        const said = feedback?.rating || feedback?.comment ? { feedback } : {};
        const { feedback: _before, ...rest } = turn;
        peers.turns.set(idOf(name), { ...rest, ...said });
        return { turn: { name, ...rest, ...said } };
      },
      async attachFile(request) {
        peers.attached.push(request);
        return peers.onAttach(request);
      },
      async updateSession({ session }) {
        if (session) peers.updated.push(session);
        return { session: session ?? create(SessionSchema) };
      },
      async deleteSession({ name }) {
        peers.deleted.push(name);
        return {};
      },
      async resetSession({ name }) {
        peers.reset.push(name);
        return { session: { name } };
      },
    }),
  ]);
  const training = await start('training', [
    serve(AssistantService, {
      createAssistant: absent,
      async listAssistants() {
        return { assistants: peers.assistants };
      },
      async getAssistant({ name }) {
        const assistant = peers.assistants.find((one) => one.name === name);
        return assistant === undefined ? absent() : { assistant };
      },
    }),
  ]);
  return Object.assign(peers, {
    conversationAddress: conversation.address,
    trainingAddress: training.address,
    async [Symbol.asyncDispose]() {
      await Promise.all([conversation.stop(0), training.stop(0)]);
    },
  });
}

function idOf(turn: string): string {
  return turn.slice(turn.lastIndexOf('/') + 1);
}

async function absent(): Promise<never> {
  throw new RpcError({ code: 'NOT_FOUND', reason: 'NOT_FOUND', domain: 'test', message: 'There is none.' });
}
