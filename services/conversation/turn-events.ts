import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { FeedbackGivenSchema, TurnFinishedSchema } from '#gen/otvet/conversation/v1/events_pb.ts';
import { type Event, EventSchema } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { Placed } from '#lib/events/reading.ts';
import { assistantName, sessionName, turnName, turnNameOfKey } from './names.ts';
import { OUTCOMES, RATINGS, REASONS, usageMessage } from './turn-message.ts';
import { attemptsOf, type TurnRecord } from './turns.ts';

/** The events that lie in the documents of turns: they are not stored, but made when they are read. */

/** That a turn has its final record; undefined for one that has none. */
export function turnFinished(record: TurnRecord): Placed | undefined {
  const { told, finishedAt, conclusion } = record;
  if (told === undefined || finishedAt === undefined || conclusion === undefined) return undefined;
  return placed(told, record, finishedAt, TurnFinishedSchema, {
    ...names(record),
    outcome: OUTCOMES[conclusion.outcome],
    language: conclusion.language,
    ...usageMessage(conclusion.usage),
    model: conclusion.model,
    release: conclusion.release,
    attempt: attemptsOf(record),
    failureReason: conclusion.failure?.reason ?? '',
    createTime: timestampFromMs(record.acceptedAt),
  });
}

/** What a person thinks of a turn; undefined where they never said. */
export function feedbackGiven(record: TurnRecord): Placed | undefined {
  const { feedback, conclusion } = record;
  if (feedback === undefined) return undefined;
  const { given } = feedback;
  return placed(feedback.told, record, feedback.at, FeedbackGivenSchema, {
    ...names(record),
    ...(given?.rating ? { rating: RATINGS[given.rating] } : {}),
    ...(given?.reason ? { reason: REASONS[given.reason] } : {}),
    hasComment: (given?.comment ?? '') !== '',
    hasCorrection: (given?.correction ?? '') !== '',
    ...(conclusion ? { outcome: OUTCOMES[conclusion.outcome], release: conclusion.release } : {}),
  });
}

function names({ key }: TurnRecord): { turn: string; session: string; assistant: string } {
  const name = turnNameOfKey(key);
  return { turn: turnName(name), session: sessionName(name), assistant: assistantName(name.assistant) };
}

function placed<M extends DescMessage>(
  position: string,
  { key }: TurnRecord,
  time: number,
  schema: M,
  message: MessageInitShape<M>,
): Placed {
  const event: Event = create(EventSchema, {
    // Positions of different processes may, once in a lifetime, be the same; those of one turn are not.
    id: `${position}-${turnNameOfKey(key).turn}`,
    source: 'conversation',
    type: schema.typeName,
    subject: turnName(turnNameOfKey(key)),
    time: timestampFromMs(time),
    data: toBinary(schema, create(schema, message)),
  });
  return { position, event };
}
