import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import {
  type Feedback,
  Feedback_Rating,
  Feedback_Reason,
  type FeedbackSchema,
} from '#gen/otvet/conversation/v1/feedback_pb.ts';
import type { SessionSchema } from '#gen/otvet/conversation/v1/session_pb.ts';
import {
  type CitationSchema,
  Outcome,
  Turn_State,
  type TurnSchema,
  type UsageSchema,
} from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { FeedbackReason, GivenFeedback, Rating } from './feedback.ts';
import { sessionName, turnName, turnNameOfKey } from './names.ts';
import type { SessionRecord } from './sessions.ts';
import {
  attemptsOf,
  type CitationRecord,
  type TurnFinish,
  type TurnOutcome,
  type TurnRecord,
  type UsageRecord,
} from './turns.ts';

/** Records of the store as messages of the contract: the one place where the two meet. */

const STATES = { accepted: Turn_State.ACCEPTED, running: Turn_State.RUNNING, finished: Turn_State.FINISHED } as const;

export const OUTCOMES: Readonly<Record<TurnOutcome, Outcome>> = {
  answered: Outcome.ANSWERED,
  curated: Outcome.CURATED,
  refused: Outcome.REFUSED,
  small_talk: Outcome.SMALL_TALK,
  stopped: Outcome.STOPPED,
  failed: Outcome.FAILED,
  handed_over: Outcome.HANDED_OVER,
};

export const RATINGS: Readonly<Record<Rating, Feedback_Rating>> = {
  up: Feedback_Rating.UP,
  down: Feedback_Rating.DOWN,
};

export const REASONS: Readonly<Record<FeedbackReason, Feedback_Reason>> = {
  wrong: Feedback_Reason.WRONG,
  outdated: Feedback_Reason.OUTDATED,
  incomplete: Feedback_Reason.INCOMPLETE,
  off_topic: Feedback_Reason.OFF_TOPIC,
  not_answered: Feedback_Reason.NOT_ANSWERED,
  unclear: Feedback_Reason.UNCLEAR,
  inappropriate: Feedback_Reason.INAPPROPRIATE,
  other: Feedback_Reason.OTHER,
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
    attachmentCount: turn.attachments?.length ?? 0,
    state: STATES[turn.state],
    attempt: attemptsOf(turn),
    createTime: timestampFromMs(turn.acceptedAt),
    ...(turn.finishedAt === undefined ? {} : { finishTime: timestampFromMs(turn.finishedAt) }),
    ...(conclusion === undefined ? {} : conclusionFields(conclusion)),
    ...(turn.feedback?.given ? { feedback: feedbackMessage(turn.feedback.given, turn.feedback.at) } : {}),
  };
}

function feedbackMessage(given: GivenFeedback, at: number): MessageInitShape<typeof FeedbackSchema> {
  const { rating, reason, comment, correction } = given;
  return {
    ...(rating ? { rating: RATINGS[rating] } : {}),
    ...(reason ? { reason: REASONS[reason] } : {}),
    comment,
    correction,
    giveTime: timestampFromMs(at),
  };
}

/** Feedback of the contract as it is kept; undefined for none. */
export function givenFeedback(feedback: Feedback | undefined): GivenFeedback | undefined {
  if (!feedback) return undefined;
  const rating = nameOf(RATINGS, feedback.rating);
  const reason = nameOf(REASONS, feedback.reason);
  const comment = feedback.comment.trim();
  const correction = feedback.correction.trim();
  if (!rating && comment === '' && correction === '') return undefined;
  return { ...(rating ? { rating } : {}), ...(reason ? { reason } : {}), comment, correction };
}

function nameOf<N extends string, V>(names: Readonly<Record<N, V>>, value: V | undefined): N | undefined {
  return (Object.keys(names) as N[]).find((name) => names[name] === value);
}

function conclusionFields(conclusion: NonNullable<TurnRecord['conclusion']>) {
  return {
    answer: conclusion.answer,
    outcome: OUTCOMES[conclusion.outcome],
    citations: conclusion.citations.map(citationMessage),
    language: conclusion.language,
    release: conclusion.release,
    model: conclusion.model,
    failureReason: conclusion.failure?.reason ?? '',
    ...usageMessage(conclusion.usage),
  };
}

export function usageMessage(usage: UsageRecord | undefined): { usage?: MessageInitShape<typeof UsageSchema> } {
  if (!usage) return {};
  const { promptTokens, completionTokens, estimated } = usage;
  return { usage: { promptTokens: BigInt(promptTokens), completionTokens: BigInt(completionTokens), estimated } };
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
