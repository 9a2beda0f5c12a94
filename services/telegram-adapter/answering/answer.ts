import { FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { Outcome, type Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Desk, paceOf } from '../desk.ts';
import { targetOf } from '../telegram/target.ts';
import { escapeHtml, type Rendered } from '../text/formatted.ts';
import { MESSAGE_LIMIT, splitMarkdown } from '../text/split.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { type FailureKey, say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';
import { type Delivered, deliver } from './deliver.ts';
import { Draft } from './draft.ts';
import { type Heard, listen } from './listen.ts';
import type { DeliveryRecord } from './record.ts';
import { joined, splitWithSources } from './sources.ts';

type Asked = Extract<Work, { kind: 'question' }>;

/** Has a question answered and its answer delivered. Rejects when the service stops; the rest is done after its next start. */
export async function answer(
  desk: Desk,
  update: InboxUpdate,
  asked: Asked,
  record: DeliveryRecord,
): Promise<Delivered> {
  const target = targetOf(asked);
  const here = { ...desk, pace: paceOf(desk, asked) };
  const seen = firstText(desk, update);
  const draft = new Draft({ ...here, target, record, onFirstText: seen });
  try {
    const heard = await listen(desk, { ...asked, updateId: update.updateId }, (text) => draft.show(text));
    const shown = await draft.settle();
    const delivered = await deliver(here, target, record, await finalText(desk, asked, heard), shown);
    if (delivered === 'delivered') seen();
    return delivered;
  } finally {
    await draft.settle();
  }
}

/** Measures the time to the first text, once. */
function firstText(desk: Desk, { receivedAt }: InboxUpdate): () => void {
  let seen = false;
  return () => {
    if (!seen) desk.metrics.firstText.observe(Math.max(0, desk.clock.now() - receivedAt) / 1000);
    seen = true;
  };
}

/** The messages that end an answer. Never none, unless the person stopped it before anything was said. */
async function finalText(desk: Desk, asked: Asked, heard: Heard): Promise<readonly Rendered[]> {
  if (heard.how === 'failed') return failureText(desk, asked, heard.said, heard.message, heard.failure);
  const { turn, reason } = heard;
  if (turn.outcome === Outcome.FAILED) {
    const failure = { code: 'UNKNOWN', domain: 'conversation.otvet', reason: turn.failureReason } as const;
    return failureText(desk, asked, turn.answer, 'failed', failure);
  }
  // What is said inside an answer is in the language of the answer.
  const tongue = tongueFor({ chosen: turn.language, text: asked.text, interface: asked.language });
  const parts = splitWithSources(turn.answer, turn.citations, say(tongue, 'sources'));
  if (reason === FinishReason.LENGTH) return withNote(parts, say(tongue, 'cutShort'));
  if (parts.length > 0 || isStopped(turn)) return parts;
  return failureText(desk, asked, '', 'failed', { code: 'UNKNOWN', domain: 'telegram.otvet', reason: 'EMPTY_ANSWER' });
}

function isStopped(turn: Turn): boolean {
  return turn.outcome === Outcome.STOPPED;
}

/** What was said before, and one kind sentence with an id that finds the cause in the log. */
async function failureText(
  desk: Desk,
  asked: Asked,
  said: string,
  message: FailureKey,
  failure: { readonly code: string; readonly domain: string; readonly reason: string },
): Promise<readonly Rendered[]> {
  const id = desk.ids.random().slice(0, 6);
  const { code, domain, reason } = failure;
  desk.log.warn({ id, code, domain, reason }, 'a question was not answered');
  const chosen = await desk.people.language(asked).catch(() => '');
  const tongue = tongueFor({ chosen, text: asked.text, interface: asked.language });
  return withNote(splitMarkdown(said), say(tongue, message, { id }));
}

/** A sentence of the bot's own below a text: in its last message where it fits. */
function withNote(parts: readonly Rendered[], note: string): readonly Rendered[] {
  const text = { html: escapeHtml(note), plain: note };
  const last = parts.at(-1);
  if (last === undefined || last.plain.length + 2 + note.length > MESSAGE_LIMIT) return [...parts, text];
  return [...parts.slice(0, -1), joined(last, text)];
}
