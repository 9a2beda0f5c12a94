import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { HandoffChangedSchema } from '#gen/otvet/conversation/v1/events_pb.ts';
import { EventSchema } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { Placed } from '#lib/events/reading.ts';
import { handoffFields } from './handoff-message.ts';
import { assistantName, sessionName, turnNameOfKey } from './names.ts';
import type { SessionRecord } from './sessions.ts';

/** That the handoff of a session is another one, or in another state; undefined where there was none. Made when it is read. */
export function handoffChanged({ key, handoff, handoffTold }: SessionRecord): Placed | undefined {
  if (handoff === undefined || handoffTold === undefined) return undefined;
  const { number, endedAt, takenAt, requestedAt } = handoff;
  const name = turnNameOfKey(key);
  const message = create(HandoffChangedSchema, {
    ...handoffFields(handoff),
    session: sessionName(name),
    assistant: assistantName(name.assistant),
  });
  const event = create(EventSchema, {
    id: `${handoffTold}-h${number}`,
    source: 'conversation',
    type: HandoffChangedSchema.typeName,
    subject: sessionName(name),
    time: timestampFromMs(endedAt ?? takenAt ?? requestedAt),
    data: toBinary(HandoffChangedSchema, message),
  });
  return { position: handoffTold, event };
}
