import { enumToJson } from '@bufbuild/protobuf';
import { Outcome, OutcomeSchema, type Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { AskedByPartner, Broken, Evidence } from '../evidence.ts';
import { readPieces } from '../questions.ts';
import { isWhole, turnsByTag } from './records.ts';

/** What partners heard is what the records say, and what they heard to begin first ended first. */
export function checkPartners(evidence: Evidence): readonly Broken[] {
  const turns = turnsByTag(evidence);
  const broken: Broken[] = [];
  for (const asked of evidence.byPartners) {
    const turn = turns.get(asked.tag)?.[0];
    const problem = problemOf(asked, turn, evidence);
    if (problem !== undefined)
      broken.push({ invariant: 'what the partner hears', message: `q${asked.tag}: ${problem}` });
  }
  for (const asked of Map.groupBy(evidence.byPartners, ({ session }) => session).values()) {
    broken.push(...checkOrder(asked, (tag) => turns.get(tag)?.[0]));
  }
  return broken;
}

function problemOf(
  { startedAt, end, tries, requestId, lastProblem }: AskedByPartner,
  turn: Turn | undefined,
  evidence: Evidence,
) {
  if (end === undefined) {
    const heard = startedAt === undefined ? 'was never told that it began' : 'was told that it began';
    return `${requestId} ${heard}, and got no end in ${tries} tries, at last ${lastProblem}`;
  }
  // That there is no record is another invariant's matter.
  if (turn === undefined) return undefined;
  if (end.how === 'failed') {
    if (turn.outcome === Outcome.FAILED && turn.failureReason === end.reason) return undefined;
    return `heard the failure ${end.reason}, the record says ${enumToJson(OutcomeSchema, turn.outcome)} ${turn.failureReason}`;
  }
  if (end.turn.name !== turn.name) return `heard of ${end.turn.name}, the record is ${turn.name}`;
  if (end.turn.answer !== turn.answer) return 'heard another answer than the record holds';
  if (end.text !== turn.answer)
    return `the steps joined are not the answer: ${pieces(end.text)} and ${pieces(turn.answer)}`;
  if (!isWhole(readPieces(end.text).pieces, evidence.pieces(Number(tagIn(turn)))))
    return `heard pieces ${pieces(end.text)}`;
  return undefined;
}

function tagIn({ question }: Turn): string {
  return /q(\d+)$/.exec(question)?.[1] ?? '';
}

function pieces(text: string): string {
  return `[${readPieces(text).pieces.join(',')}]`;
}

/** Of two turns of a session, the one whose beginning was heard before the other was asked ends first. */
function checkOrder(asked: readonly AskedByPartner[], turnOf: (tag: number) => Turn | undefined): readonly Broken[] {
  const broken: Broken[] = [];
  for (const first of asked) {
    for (const second of asked) {
      if (first.startedAt === undefined || first.startedAt >= second.askedAt) continue;
      const [ended, laterEnded] = [turnOf(first.tag), turnOf(second.tag)].map(endOf);
      if (ended === undefined || laterEnded === undefined || ended <= laterEnded) continue;
      const late = `${Math.round(second.askedAt - first.startedAt)} ms before q${second.tag} was asked, and ended ${ended - laterEnded} ms after it`;
      const attempts = `attempts ${turnOf(first.tag)?.attempt} and ${turnOf(second.tag)?.attempt}`;
      const message = `${first.session}: q${first.tag} began ${late} (${attempts}; tries ${first.tries} and ${second.tries})`;
      broken.push({ invariant: 'order of a session', message });
    }
  }
  return broken;
}

function endOf(turn: Turn | undefined): number | undefined {
  const time = turn?.finishTime;
  return time && Number(time.seconds) * 1000 + time.nanos / 1e6;
}
