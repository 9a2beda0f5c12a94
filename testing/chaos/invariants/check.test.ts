import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { Outcome, type Turn, Turn_State, TurnSchema } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { ShownMessage } from '../../telegram/model.ts';
import type { AskedByPartner, AskedInChat, Evidence } from '../evidence.ts';
import { findings } from './check.ts';

const CHAT = 7;
const PIECES = 3;

const pieces = (tag: number, from = 1, to = PIECES) =>
  Array.from({ length: to - from + 1 }, (_, i) => `q${tag}.${from + i} and so on.`).join(' ');

function turn(tag: number, more: MessageInitShape<typeof TurnSchema> = {}): Turn {
  return create(TurnSchema, {
    name: `turns/${tag}`,
    question: `What? q${tag}`,
    answer: pieces(tag),
    state: Turn_State.FINISHED,
    outcome: Outcome.ANSWERED,
    attempt: 1,
    finishTime: timestampFromMs(1_000 * tag),
    ...more,
  });
}

function message(text: string, messageId: number): ShownMessage {
  const nothing = {
    entities: [],
    given: text,
    parseMode: undefined,
    edits: 0,
    replyTo: undefined,
    threadId: undefined,
  };
  const more = { buttons: [], document: undefined, reactions: [], sentAt: messageId, changedAt: messageId };
  return { messageId, by: 'bot', text, ...nothing, ...more };
}

const asked = (tag: number, accepted = tag): AskedInChat => ({ tag, chat: CHAT, messageId: tag, accepted });

interface Case {
  readonly inChats?: readonly AskedInChat[];
  readonly byPartners?: readonly AskedByPartner[];
  readonly turns: readonly Turn[];
  readonly shown?: readonly string[];
  readonly droppedReplies?: readonly number[];
  readonly uncertain?: number;
}

function broken({ inChats = [], byPartners = [], turns, shown = [], droppedReplies = [], uncertain = 0 }: Case) {
  const evidence: Evidence = {
    inChats,
    byPartners,
    turns,
    shown: new Map([[CHAT, shown.map(message)]]),
    droppedReplies,
    deaths: [{ at: 0, uncertain }],
    unconfirmed: 0,
    violations: [],
    pieces: () => PIECES,
  };
  return findings(evidence).broken.map((one) => `${one.invariant}: ${one.message}`);
}

function byPartner(tag: number, more: Partial<AskedByPartner> = {}): AskedByPartner {
  const end = { how: 'answered', turn: turn(tag), text: pieces(tag) } as const;
  const when = { askedAt: tag * 10, startedAt: tag * 10 + 5 };
  return { tag, session: 'partner-1', requestId: `chaos-${tag}`, ...when, tries: 1, lastProblem: 'lost', end, ...more };
}

describe('what is held against a run', () => {
  const two = { inChats: [asked(1), asked(2)], turns: [turn(1), turn(2)] };

  it('nothing, where each question has its turn and its answer, in order', () => {
    expect(broken({ ...two, shown: [pieces(1), pieces(2)] })).to.deep.equal([]);
  });

  it('a question without a turn, one with two, a turn that nobody asked for', () => {
    expect(broken({ ...two, turns: [turn(1), turn(1), turn(3)], shown: [pieces(1), pieces(2)] })).to.deep.equal([
      'one turn: q1 has 2 turns: turns/1, turns/1',
      'one turn: q2 has 0 turns',
      'one turn: nobody asked q3, and it has turns: turns/3',
    ]);
  });

  it('a turn without its final record, begun too often, or with half an answer', () => {
    const turns = [turn(1, { state: Turn_State.RUNNING }), turn(2, { attempt: 4, answer: pieces(2, 2) })];
    const said = broken({ ...two, turns, shown: [pieces(1), pieces(2)] });
    expect(said).to.have.length(3);
    expect(said[0]).to.match(/^final record: q1: turns\/1 is STATE_RUNNING, attempt 1$/);
    expect(said.slice(1)).to.deep.equal([
      'two attempts: q2: answering was begun 4 times',
      'whole record: q2: the answer holds pieces 2,3 of 3',
    ]);
  });

  it('an answer that is not shown, or not whole', () => {
    expect(broken({ ...two, shown: [pieces(1, 1, 2)] })).to.deep.equal([
      'whole answer: chat 7: q1 lacks pieces 3 of 3',
      'answer shown: chat 7: nothing of q2 is shown',
      'answer shown: chat 7: 1 of 1 got no word',
    ]);
  });

  it('an apology where the record holds an answer, but not where the turn failed', () => {
    const failed = turn(2, { outcome: Outcome.FAILED, answer: '' });
    expect(broken({ ...two, turns: [turn(1), failed], shown: [pieces(1), 'Sorry.'] })).to.deep.equal([]);
    expect(broken({ ...two, shown: [pieces(1), 'Sorry.'] })).to.deep.equal([
      'answer shown: chat 7: nothing of q2 is shown',
    ]);
  });

  it('an answer before one that was accepted earlier, unless Telegram itself turned them round', () => {
    const shown = [pieces(2), pieces(1)];
    expect(broken({ ...two, shown })).to.deep.equal(['order of acceptance: chat 7: q2 is shown before q1']);
    expect(broken({ ...two, inChats: [asked(1, 2), asked(2, 1)], shown })).to.deep.equal([]);
  });

  it('more messages twice than results of sends were lost', () => {
    const shown = [pieces(1, 1, 1), pieces(1), pieces(2)];
    const repeated = 'delivered once: 1 messages stand there again, and only 0 results of sends were lost';
    expect(broken({ ...two, shown })).to.deep.equal([repeated]);
    expect(broken({ ...two, shown, droppedReplies: [CHAT] })).to.deep.equal([]);
    expect(broken({ ...two, shown, uncertain: 1 })).to.deep.equal([]);
  });

  it('the parts of a long answer are no repeats', () => {
    expect(broken({ ...two, shown: [pieces(1, 1, 2), pieces(1, 3), pieces(2)] })).to.deep.equal([]);
  });

  it('an answer in the wrong chat', () => {
    const shown = [pieces(1), pieces(2), pieces(5)];
    expect(broken({ ...two, shown })).to.deep.equal(['own answers: chat 7: shows q5, asked elsewhere']);
  });

  it('a partner who heard something else than the record, or no end', () => {
    expect(broken({ byPartners: [byPartner(1)], turns: [turn(1)] })).to.deep.equal([]);
    const other = byPartner(1, { end: { how: 'answered', turn: turn(1), text: pieces(1, 2) } });
    expect(broken({ byPartners: [other], turns: [turn(1)] })).to.deep.equal([
      'what the partner hears: q1: the steps joined are not the answer: [2,3] and [1,2,3]',
    ]);
    const failed = byPartner(1, { end: { how: 'failed', reason: 'PROVIDER_TIMEOUT' } });
    expect(broken({ byPartners: [failed], turns: [turn(1)] })).to.have.length(1);
    expect(broken({ byPartners: [byPartner(1, { end: undefined, tries: 4 })], turns: [turn(1)] })).to.deep.equal([
      'what the partner hears: q1: chaos-1 was told that it began, and got no end in 4 tries, at last lost',
    ]);
  });

  it('a partner whose later question ended before the one that had begun', () => {
    const turns = [turn(1, { finishTime: timestampFromMs(9_000) }), turn(2)];
    const heard = (tag: number) =>
      byPartner(tag, { end: { how: 'answered', turn: turns[tag - 1] as Turn, text: pieces(tag) } });
    expect(broken({ byPartners: [heard(1), heard(2)], turns })).to.deep.equal([
      'order of a session: partner-1: q1 began 5 ms before q2 was asked, and ended 7000 ms after it (attempts 1 and 1; tries 1 and 1)',
    ]);
  });
});
