import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  Handoff_End,
  Handoff_Reason,
  Handoff_State,
  HandoffMessage_Author,
  type HandoffMessageSchema,
  type HandoffSchema,
} from '#gen/otvet/conversation/v1/handoff_pb.ts';
import type { HandoffEnd, HandoffReason, HandoffRecord, HandoffState } from './handoff.ts';
import type { HandoffMessageRecord } from './handoff-messages.ts';
import { sessionName, turnName, turnNameOfKey } from './names.ts';

/** Handoffs of the store as messages of the contract. */

const STATES: Readonly<Record<HandoffState, Handoff_State>> = {
  waiting: Handoff_State.WAITING,
  human: Handoff_State.HUMAN,
  ended: Handoff_State.ENDED,
};

const REASONS: Readonly<Record<HandoffReason, Handoff_Reason>> = {
  asked: Handoff_Reason.ASKED,
  refusals: Handoff_Reason.REFUSALS,
};

const ENDS: Readonly<Record<HandoffEnd, Handoff_End>> = {
  by_operator: Handoff_End.BY_OPERATOR,
  by_person: Handoff_End.BY_PERSON,
  nobody_came: Handoff_End.NOBODY_CAME,
  silence: Handoff_End.SILENCE,
};

/** What the message and the event of a handoff share. */
export function handoffFields({ number, state, reason, end, requestedAt }: HandoffRecord) {
  return {
    number,
    state: STATES[state],
    reason: REASONS[reason],
    ...(end === undefined ? {} : { end: ENDS[end] }),
    requestTime: timestampFromMs(requestedAt),
  };
}

/** `session`: the key of its document. */
export function handoffMessage(session: string, handoff: HandoffRecord): MessageInitShape<typeof HandoffSchema> {
  const { operator, takenAt, endedAt, expiresAt } = handoff;
  return {
    ...handoffFields(handoff),
    session: sessionName(turnNameOfKey(session)),
    ...(operator === undefined ? {} : { operator }),
    ...(takenAt === undefined ? {} : { takeTime: timestampFromMs(takenAt) }),
    ...(endedAt === undefined ? {} : { endTime: timestampFromMs(endedAt) }),
    ...(expiresAt === undefined ? {} : { expireTime: timestampFromMs(expiresAt) }),
  };
}

export function saidMessage(said: HandoffMessageRecord): MessageInitShape<typeof HandoffMessageSchema> {
  const { number, operator, turn, requestId, text, at } = said;
  return {
    handoffNumber: number,
    author: operator === undefined ? HandoffMessage_Author.PERSON : HandoffMessage_Author.OPERATOR,
    ...(operator === undefined ? {} : { operator }),
    ...(turn === undefined ? {} : { turn: turnName(turnNameOfKey(turn)) }),
    ...(requestId === undefined ? {} : { requestId }),
    text,
    createTime: timestampFromMs(at),
  };
}
