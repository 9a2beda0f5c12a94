import type { Citation } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Tongue } from '#lib/words/tongues.ts';
import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import type { Formatted } from '../text/formatted.ts';
import { BOLD, FOLDED_QUOTE, ITALIC, Output } from '../text/output.ts';
import { MESSAGE_LIMIT, splitFormatted } from '../text/split.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { lastAnswer } from './last-answer.ts';
import type { PressTask } from './press.ts';
import { sayParts, sayWords, tongueOf } from './say.ts';
import { readTurn, turnNameOf } from './turn.ts';

type Asking = Extract<Work, { kind: 'press' | 'command' }>;

/** As much of a version, a content hash, as tells two apart. */
const VERSION_LENGTH = 12;

/** The Sources button: the passages that the answer rests on, as they were when it was written. */
export async function showSources({ desk, press, argument, record }: PressTask): Promise<Delivered> {
  return show(desk, press, record, await turnNameOf(desk, press, argument));
}

/** /sources: those of the last answer in the chat. */
export async function showLastSources(
  desk: Desk,
  _update: InboxUpdate,
  command: Extract<Work, { kind: 'command' }>,
  record: DeliveryRecord,
): Promise<Delivered> {
  return show(desk, command, record, (await lastAnswer(desk, command))?.turn);
}

async function show(desk: Desk, asking: Asking, record: DeliveryRecord, name: string | undefined): Promise<Delivered> {
  if (name === undefined) return sayWords(desk, asking, record, 'noSources');
  const turn = await readTurn(desk, name, asking.user);
  if (turn === undefined) return sayWords(desk, asking, record, 'sourcesGone');
  if (turn.citations.length === 0) return sayWords(desk, asking, record, 'noSources');
  const passages = renderPassages(turn.citations, await tongueOf(desk, asking));
  return sayParts(desk, asking, record, splitFormatted(passages, MESSAGE_LIMIT));
}

/** Each passage word by word, with its number in the answer and where it comes from. */
export function renderPassages(citations: readonly Citation[], tongue: Tongue): Formatted {
  const out = new Output();
  for (const { number, title, source, locator, sourceVersion, passage } of citations) {
    if (out.length > 0) out.gap('\n\n', 0);
    out.inside(BOLD, () => out.text(`[${number}] ${title || source}`));
    const version = sourceVersion.slice(0, VERSION_LENGTH);
    const about = [locator, version === '' ? '' : say(tongue, 'sourceVersion', { version })].filter(Boolean);
    if (about.length > 0) out.inside(ITALIC, () => out.text(`\n${about.join(' · ')}`));
    if (passage.trim() === '') continue;
    out.text('\n');
    out.inside(FOLDED_QUOTE, () => out.text(passage.trim()));
  }
  return out.formatted;
}
