import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { SessionSchema } from '#gen/otvet/conversation/v1/session_pb.ts';
import { type CitationSchema, Outcome, Turn_State, type TurnSchema } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { sessionName, turnName, turnNameOfKey } from './names.ts';
import type { SessionRecord } from './sessions.ts';
import type { CitationRecord, TurnFinish, TurnOutcome, TurnRecord } from './turns.ts';

/** Records of the store as messages of the contract: the one place where the two meet. */

const STATES = { accepted: Turn_State.ACCEPTED, running: Turn_State.RUNNING, finished: Turn_State.FINISHED } as const;

const OUTCOMES: Readonly<Record<TurnOutcome, Outcome>> = {
  answered: Outcome.ANSWERED,
  curated: Outcome.CURATED,
  refused: Outcome.REFUSED,
  small_talk: Outcome.SMALL_TALK,
  stopped: Outcome.STOPPED,
  failed: Outcome.FAILED,
};

const FINISHES: Readonly<Record<TurnFinish, FinishReason>> = {
  complete: FinishReason.COMPLETE,
  length: FinishReason.LENGTH,
  stopped: FinishReason.STOPPED,
  content_filter: FinishReason.CONTENT_FILTER,
};

export function turnMessage(turn: TurnRecord): MessageInitShape<typeof TurnSchema> {
  const { conclusion } = turn;
  return {
    name: turnName(turnNameOfKey(turn.key)),
    requestId: turn.requestId,
    question: turn.question,
    state: STATES[turn.state],
    attempt: turn.attempt,
    createTime: timestampFromMs(turn.acceptedAt),
    ...(turn.finishedAt === undefined ? {} : { finishTime: timestampFromMs(turn.finishedAt) }),
    ...(conclusion === undefined ? {} : conclusionFields(conclusion)),
  };
}

function conclusionFields(conclusion: NonNullable<TurnRecord['conclusion']>): MessageInitShape<typeof TurnSchema> {
  const { usage } = conclusion;
  return {
    answer: conclusion.answer,
    outcome: OUTCOMES[conclusion.outcome],
    citations: conclusion.citations.map(citationMessage),
    language: conclusion.language,
    release: conclusion.release,
    model: conclusion.model,
    failureReason: conclusion.failure?.reason ?? '',
    ...(usage && {
      usage: {
        promptTokens: BigInt(usage.promptTokens),
        completionTokens: BigInt(usage.completionTokens),
        estimated: usage.estimated,
      },
    }),
  };
}

export function citationMessage(citation: CitationRecord): MessageInitShape<typeof CitationSchema> {
  return { ...citation };
}

export function finishReason(turn: TurnRecord): FinishReason {
  return FINISHES[turn.conclusion?.finish ?? 'complete'];
}

export function sessionMessage(session: SessionRecord): MessageInitShape<typeof SessionSchema> {
  const [assistant = '', id = ''] = session.key.split('/');
  return {
    name: sessionName({ assistant, session: id }),
    language: session.language ?? '',
    turnCount: session.turnCount,
    openTurnCount: session.queue.length,
    createTime: timestampFromMs(session.createdAt),
    lastTurnTime: timestampFromMs(session.lastTurnAt),
  };
}
