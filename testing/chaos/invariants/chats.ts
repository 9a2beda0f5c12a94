import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { ShownMessage } from '../../telegram/model.ts';
import type { AskedInChat, Broken, Evidence } from '../evidence.ts';
import { readPieces } from '../questions.ts';
import { turnsByTag } from './records.ts';

/** A message of the bot, read. */
interface Read {
  readonly message: ShownMessage;
  readonly tag: number | undefined;
  readonly pieces: readonly number[];
}

/** What a chat shows, held against what was asked in it. */
export interface ChatFindings {
  readonly broken: readonly Broken[];
  /** Messages beyond those that the answers need. */
  readonly repeats: number;
}

/** Each chat saw each answer, whole, in the order of acceptance. Repeats are counted, not judged. */
export function checkChats(evidence: Evidence): ChatFindings {
  const turns = turnsByTag(evidence);
  const isAnswered = (tag: number) => turns.get(tag)?.[0]?.outcome === Outcome.ANSWERED;
  const findings = [...Map.groupBy(evidence.inChats, ({ chat }) => chat)].map(([chat, asked]) =>
    checkChat(chat, asked, (evidence.shown.get(chat) ?? []).map(read), isAnswered, evidence.pieces),
  );
  return {
    broken: findings.flatMap(({ broken }) => broken),
    repeats: findings.reduce((sum, { repeats }) => sum + repeats, 0),
  };
}

function read(message: ShownMessage): Read {
  return { message, ...readPieces(message.text) };
}

function checkChat(
  chat: number,
  asked: readonly AskedInChat[],
  shown: readonly Read[],
  isAnswered: (tag: number) => boolean,
  piecesOf: (tag: number) => number,
): ChatFindings {
  const broken: Broken[] = [];
  const say = (invariant: string, message: string) => broken.push({ invariant, message: `chat ${chat}: ${message}` });
  const byTag = Map.groupBy(shown, ({ tag }) => tag);
  let repeats = 0;
  for (const { tag } of asked) {
    const messages = byTag.get(tag) ?? [];
    if (isAnswered(tag) && messages.length > 0) {
      const missing = missingOf(messages, piecesOf(tag));
      if (missing.length > 0) say('whole answer', `q${tag} lacks pieces ${missing.join(',')} of ${piecesOf(tag)}`);
    }
    repeats += messages.length - neededOf(messages);
  }
  // An apology does not say which question it is for: as many are due as questions have nothing else.
  const apologies = (byTag.get(undefined) ?? []).length;
  const without = asked.filter(({ tag }) => !byTag.has(tag)).map(({ tag }) => tag);
  const lost = without.filter(isAnswered);
  if (lost.length > 0) say('answer shown', `nothing of ${lost.map((tag) => `q${tag}`).join(', ')} is shown`);
  if (apologies < without.length) say('answer shown', `${without.length - apologies} of ${without.length} got no word`);
  repeats += Math.max(0, apologies - without.length);
  const strange = [...byTag.keys()].filter((tag) => tag !== undefined && asked.every((one) => one.tag !== tag));
  if (strange.length > 0) say('own answers', `shows ${strange.map((tag) => `q${tag}`).join(', ')}, asked elsewhere`);
  broken.push(...checkOrder(chat, asked, shown));
  return { broken, repeats };
}

function missingOf(messages: readonly Read[], count: number): readonly number[] {
  const there = new Set(messages.flatMap(({ pieces }) => pieces));
  return Array.from({ length: count }, (_, i) => i + 1).filter((piece) => !there.has(piece));
}

/** How many of the messages show something that those before do not reach: the parts of one answer. */
function neededOf(messages: readonly Read[]): number {
  const spans = messages.map(({ pieces }) => ({ from: Math.min(...pieces), to: Math.max(...pieces) }));
  let needed = 0;
  let reached = 0;
  for (;;) {
    const next = Math.max(...spans.filter(({ from }) => from <= reached + 1).map(({ to }) => to), 0);
    if (next <= reached) return Math.max(needed, Math.min(1, messages.length));
    needed += 1;
    reached = next;
  }
}

/** Who was accepted first and said first is answered first; where Telegram itself reordered, either order will do. */
function checkOrder(chat: number, asked: readonly AskedInChat[], shown: readonly Read[]): readonly Broken[] {
  const first = new Map<number, number>();
  for (const [at, { tag }] of shown.entries()) if (tag !== undefined && !first.has(tag)) first.set(tag, at);
  const broken: Broken[] = [];
  for (const one of asked) {
    for (const other of asked) {
      const isBefore = one.messageId < other.messageId && (one.accepted ?? 0) < (other.accepted ?? 0);
      const [at, otherAt] = [first.get(one.tag), first.get(other.tag)];
      if (!isBefore || at === undefined || otherAt === undefined || at < otherAt) continue;
      broken.push({
        invariant: 'order of acceptance',
        message: `chat ${chat}: q${other.tag} is shown before q${one.tag}`,
      });
    }
  }
  return broken;
}
