import { enumToJson } from '@bufbuild/protobuf';
import { Outcome, OutcomeSchema, type Turn, Turn_State, Turn_StateSchema } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Broken, Evidence } from '../evidence.ts';
import { readPieces, tagOfQuestion } from '../questions.ts';

/** Answering is begun twice; the third beginning only writes down that both were lost. */
const MOST_ATTEMPTS = 3;

/** Every accepted question has exactly one turn with exactly one final record, and the record is whole. */
export function checkRecords(evidence: Evidence): readonly Broken[] {
  const broken: Broken[] = [];
  const byTag = turnsByTag(evidence);
  const accepted = acceptedTags(evidence);
  for (const tag of accepted) {
    const turns = byTag.get(tag) ?? [];
    if (turns.length !== 1) {
      broken.push({ invariant: 'one turn', message: `q${tag} has ${turns.length} turns${names(turns)}` });
    }
    for (const turn of turns) broken.push(...checkTurn(tag, turn, evidence));
  }
  const asked = new Set([...accepted, ...evidence.byPartners.map(({ tag }) => tag)]);
  for (const [tag, turns] of byTag) {
    if (tag === undefined || asked.has(tag)) continue;
    broken.push({ invariant: 'one turn', message: `nobody asked q${tag}, and it has turns${names(turns)}` });
  }
  return broken;
}

/** The record of each question by its tag. */
export function turnsByTag(evidence: Evidence): ReadonlyMap<number | undefined, readonly Turn[]> {
  return Map.groupBy(evidence.turns, ({ question }) => tagOfQuestion(question));
}

/** Questions that were accepted: Telegram's all are in the end, a partner's when it heard of the turn. */
function acceptedTags({ inChats, byPartners }: Evidence): readonly number[] {
  const heard = byPartners.filter(({ startedAt, end }) => startedAt !== undefined || end !== undefined);
  return [...inChats, ...heard].map(({ tag }) => tag);
}

function checkTurn(tag: number, turn: Turn, evidence: Evidence): readonly Broken[] {
  const broken: Broken[] = [];
  const say = (invariant: string, message: string) => broken.push({ invariant, message: `q${tag}: ${message}` });
  if (turn.state !== Turn_State.FINISHED || turn.outcome === Outcome.UNSPECIFIED) {
    say('final record', `${turn.name} is ${enumToJson(Turn_StateSchema, turn.state)}, attempt ${turn.attempt}`);
    return broken;
  }
  if (turn.attempt > MOST_ATTEMPTS) say('two attempts', `answering was begun ${turn.attempt} times`);
  if (turn.outcome !== Outcome.ANSWERED) {
    if (turn.outcome !== Outcome.FAILED)
      say('expected outcome', `the outcome is ${enumToJson(OutcomeSchema, turn.outcome)}`);
    return broken;
  }
  const { pieces } = readPieces(turn.answer);
  const count = evidence.pieces(tag);
  if (!isWhole(pieces, count)) say('whole record', `the answer holds pieces ${pieces.join(',')} of ${count}`);
  return broken;
}

/** All pieces, each once, in order. */
export function isWhole(pieces: readonly number[], count: number): boolean {
  return pieces.length === count && pieces.every((piece, i) => piece === i + 1);
}

function names(turns: readonly Turn[]): string {
  return turns.length === 0 ? '' : `: ${turns.map(({ name }) => name).join(', ')}`;
}
