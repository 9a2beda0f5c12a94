import { FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { Outcome, type Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Desk, offersOf } from '../desk.ts';
import type { Keyboard } from '../telegram/keyboard.ts';
import { escapeHtml, type Rendered } from '../text/formatted.ts';
import { MESSAGE_LIMIT, splitMarkdown } from '../text/split.ts';
import type { Said } from '../updates/update.ts';
import { type FailureKey, say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';
import { answerKeyboard, type Retry, retryKeyboard } from './answer-keyboard.ts';
import type { Part } from './deliver.ts';
import type { Heard } from './listen.ts';
import type { Picture } from './picture.ts';
import { joined, splitWithSources } from './sources.ts';

/** A question that is being answered. */
export interface Asked extends Said {
  readonly text: string;
  /** What came with it. */
  readonly pictures?: readonly Picture[];
  /** Shown above the answer, Markdown: what was heard. */
  readonly preface?: string;
  /** What conversation knows it by. */
  readonly requestId: string;
  /** When it was asked anew, milliseconds since the epoch; undefined: it was not. */
  readonly anewAt: number | undefined;
  /** What to offer when it fails. */
  readonly retry: Retry;
}

/** What ends an answer. */
export interface Final {
  /** Never none, unless the person stopped it before anything was said. */
  readonly parts: readonly Part[];
  /** Trying again needs the question, and nobody but the inbox has it. */
  readonly keepsWords: boolean;
}

/** `shown`: whether something stands in the chat already. */
export async function finalText(desk: Desk, asked: Asked, heard: Heard, shown: boolean): Promise<Final> {
  if (heard.how === 'failed') {
    const parts = await failureText(desk, asked, prefaced(asked, heard.said), heard.message, heard.failure);
    return { parts, keepsWords: heard.turn === undefined && asked.anewAt === undefined };
  }
  return { parts: await textOf(desk, asked, heard.turn, heard.reason, shown), keepsWords: false };
}

async function textOf(
  desk: Desk,
  asked: Asked,
  turn: Turn,
  reason: FinishReason,
  shown: boolean,
): Promise<readonly Part[]> {
  if (turn.outcome === Outcome.FAILED) {
    const failure = { code: 'UNKNOWN', domain: 'conversation.otvet', reason: turn.failureReason } as const;
    return failureText(desk, asked, prefaced(asked, turn.answer), 'failed', failure);
  }
  // What is said inside an answer is in the language of the answer.
  const tongue = tongueFor({ chosen: turn.language, text: asked.text, interface: asked.language });
  const parts = splitWithSources(prefaced(asked, turn.answer), turn.citations, say(tongue, 'sources'));
  const keyboard = answerKeyboard(turn, asked, tongue, offersOf(desk));
  if (turn.outcome === Outcome.STOPPED) {
    if (parts.length === 0 && !shown) return [];
    return withKeyboard(withNote(parts, `⏹ ${say(tongue, 'stopped')}`), keyboard);
  }
  if (reason === FinishReason.LENGTH) return withKeyboard(withNote(parts, say(tongue, 'cutShort')), keyboard);
  if (turn.answer !== '') return withKeyboard(parts, keyboard);
  return failureText(desk, asked, prefaced(asked, ''), 'failed', EMPTY_ANSWER);
}

/** What was said before, one kind sentence with an id that finds the cause in the log, and a button to try again. */
async function failureText(
  desk: Desk,
  asked: Asked,
  said: string,
  message: FailureKey,
  failure: { readonly code: string; readonly domain: string; readonly reason: string },
): Promise<readonly Part[]> {
  const id = desk.ids.random().slice(0, 6);
  const { code, domain, reason } = failure;
  desk.log.warn({ id, code, domain, reason }, 'a question was not answered');
  const chosen = await desk.people.language(asked).catch(() => '');
  const tongue = tongueFor({ chosen, text: asked.text, interface: asked.language });
  const parts = withNote(splitMarkdown(said), say(tongue, message, { id }));
  return withKeyboard(parts, retryKeyboard(asked.retry, asked, tongue));
}

const EMPTY_ANSWER = { code: 'UNKNOWN', domain: 'telegram.otvet', reason: 'EMPTY_ANSWER' } as const;

/** An answer below what was heard. */
export function prefaced({ preface }: Pick<Asked, 'preface'>, answer: string): string {
  return preface === undefined ? answer : `${preface}\n\n${answer}`;
}

/** A sentence of the bot's own below a text: in its last message where it fits. */
function withNote(parts: readonly Rendered[], note: string): readonly Rendered[] {
  const text = { html: escapeHtml(note), plain: note };
  const last = parts.at(-1);
  if (last === undefined || last.plain.length + 2 + note.length > MESSAGE_LIMIT) return [...parts, text];
  return [...parts.slice(0, -1), joined(last, text)];
}

/** Buttons stand below the last message. */
function withKeyboard(parts: readonly Rendered[], keyboard: Keyboard | undefined): readonly Part[] {
  const last = parts.at(-1);
  if (last === undefined || keyboard === undefined) return parts;
  return [...parts.slice(0, -1), { html: last.html, plain: last.plain, keyboard }];
}
