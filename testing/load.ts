// Load through the Telegram double: many people ask at a steady rate, and each answer is held against its question.
import type { ChatRequest } from './provider/script.ts';
import { textOf } from './provider/script.ts';
import type { ShownMessage, Version } from './telegram/model.ts';
import type { TelegramDouble } from './telegram-double.ts';
import { until } from './waiting.ts';

/** What to ask, how often, for how long. */
export interface LoadOptions {
  readonly questionsPerSecond: number;
  /** Chats that take turns asking. */
  readonly chats: number;
  readonly seconds: number;
  /** Asked before the measured time, at the same rate; their times do not count, but their answers must come too. */
  readonly warmupSeconds?: number;
  /** What is asked, in turn; a tag (`q17`) is put behind it. Default: one English question. */
  readonly questions?: readonly string[];
  /** How long to wait for the last answers, milliseconds; default 10 s. */
  readonly patienceMs?: number;
  /** Whether answers repeat the tag, as {@link taggedAnswer} does; default true. Without: told apart by their order. */
  readonly tagged?: boolean;
}

/** Milliseconds, over the questions of the measured time. */
export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What came of a load. */
export interface LoadReport {
  readonly asked: number;
  readonly answered: number;
  /** Questions without an answer. */
  readonly lost: number;
  /** Messages beyond the first that answer the same question. */
  readonly doubled: number;
  /** Answers that show before the answer to an earlier question of the same chat. */
  readonly outOfOrder: number;
  /** Questions a second as they were really asked. */
  readonly rate: number;
  /** From the update to the first text of the answer that a person sees; a placeholder does not count. */
  readonly firstText: Latency;
  /** From the update to the whole text. */
  readonly finalText: Latency;
}

const FIRST_CHAT = 100_001;
const DEFAULT_QUESTION = 'How many days do I have to return a purchase that I do not like?';
/** A tag is what follows a `q` at the end of a question, so that it is one short word to a search index. */
const TAG = /\bq(\d+)\b/;

interface Asked {
  readonly tag: number;
  readonly chatId: number;
  readonly measured: boolean;
  readonly messageId: number;
}

/** Asks at a steady rate, whatever the answers take, then waits for the last of them. */
export async function driveLoad(telegram: TelegramDouble, options: LoadOptions): Promise<LoadReport> {
  const { questionsPerSecond, seconds, chats, warmupSeconds = 0, patienceMs = 10_000 } = options;
  const total = Math.round(questionsPerSecond * (seconds + warmupSeconds));
  const unmeasured = Math.round(questionsPerSecond * warmupSeconds);
  const asked: Asked[] = [];
  // Tags go on where an earlier load ended.
  const before = Array.from({ length: chats }, (_, i) => telegram.answerCount(FIRST_CHAT + i));
  const firstTag = telegram.questions().length;
  const begun = performance.now();
  await new Promise<void>((resolve) => {
    const tick = (): void => {
      const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * questionsPerSecond) + 1);
      while (asked.length < due) asked.push(ask(telegram, options, asked.length, firstTag, asked.length >= unmeasured));
      if (asked.length === total) resolve();
      else setTimeout(tick, Math.max(0, begun + (asked.length / questionsPerSecond) * 1000 - performance.now()));
    };
    tick();
  });
  const elapsed = (performance.now() - begun) / 1000;
  const answers = (): number => before.reduce((sum, count, i) => sum + telegram.answerCount(FIRST_CHAT + i) - count, 0);
  await until(() => answers() >= asked.length, patienceMs).catch(() => undefined);
  // What is doubled comes late: a moment for it, and for last edits.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const shown = (chatId: number) => telegram.answers(chatId).slice(before[chatId - FIRST_CHAT]);
  return report(telegram, shown, asked, options.tagged !== false, total / elapsed);
}

/** An answer of about 50 tokens that repeats the tag of the question and cites the first passage, for the provider double. */
export function taggedAnswer({ messages }: ChatRequest): string {
  const question = textOf(messages.at(-1));
  const tags = [...question.slice(-200).matchAll(/\bq(\d+)\b/g)];
  const cited = question.includes('<passage id="p1"') ? ' [p1]' : '';
  return `This is the answer to ${tags.at(-1)?.[0] ?? 'you'}:${FILLER}${cited}`;
}

const FILLER = ` ${'a purchase may be returned within fourteen days '.repeat(6)}and the money comes back.`.trimEnd();

function ask(
  telegram: TelegramDouble,
  options: LoadOptions,
  index: number,
  firstTag: number,
  measured: boolean,
): Asked {
  const { chats, questions } = options;
  const chatId = FIRST_CHAT + (index % chats);
  const tag = firstTag + index;
  const text = questions?.[index % questions.length] ?? DEFAULT_QUESTION;
  return { tag, chatId, measured, messageId: telegram.say(chatId, `${text} q${tag}`) };
}

function report(
  telegram: TelegramDouble,
  shown: (chatId: number) => readonly ShownMessage[],
  asked: readonly Asked[],
  tagged: boolean,
  rate: number,
): LoadReport {
  const byChat = Map.groupBy(asked, ({ chatId }) => chatId);
  const first: number[] = [];
  const final: number[] = [];
  let answered = 0;
  let doubled = 0;
  let outOfOrder = 0;
  for (const [chatId, questions] of byChat) {
    const saidAt = new Map(telegram.questions(chatId).map((question) => [question.messageId, question.saidAt]));
    const matched = match(shown(chatId), questions, tagged);
    doubled += matched.doubled;
    outOfOrder += matched.outOfOrder;
    for (const { question, answer } of matched.pairs) {
      answered += 1;
      if (!question.measured) continue;
      const said = saidAt.get(question.messageId) ?? Number.NaN;
      first.push(firstVisible(telegram.history(chatId, answer.messageId), answer.text) - said);
      final.push(answer.changedAt - said);
    }
  }
  const lost = asked.length - answered;
  return {
    asked: asked.length,
    answered,
    lost,
    doubled,
    outOfOrder,
    rate,
    firstText: spread(first),
    finalText: spread(final),
  };
}

interface Matched {
  readonly pairs: readonly { readonly question: Asked; readonly answer: ShownMessage }[];
  readonly doubled: number;
  readonly outOfOrder: number;
}

/** Finds each question's answer: by the tag that it repeats, or by the order in the chat. */
function match(answers: readonly ShownMessage[], questions: readonly Asked[], tagged: boolean): Matched {
  const byTag = new Map(questions.map((question) => [question.tag, question]));
  const pairs = new Map<number, { readonly question: Asked; readonly answer: ShownMessage }>();
  let doubled = 0;
  let outOfOrder = 0;
  let newest = -1;
  for (const [index, answer] of answers.entries()) {
    const tag = tagged ? Number(TAG.exec(answer.text)?.[1] ?? Number.NaN) : questions[index]?.tag;
    const question = tag === undefined ? undefined : byTag.get(tag);
    if (question === undefined) {
      if (!tagged) doubled += 1;
      continue;
    }
    if (pairs.has(question.tag)) {
      doubled += 1;
      continue;
    }
    if (question.tag < newest) outOfOrder += 1;
    newest = Math.max(newest, question.tag);
    pairs.set(question.tag, { question, answer });
  }
  return { pairs: [...pairs.values()], doubled, outOfOrder };
}

/** When the answer itself, not a placeholder, was first to be seen. */
function firstVisible(versions: readonly Version[], final: string): number {
  const beginning = final.slice(0, 6);
  return versions.find(({ text }) => text.slice(0, 6) === beginning.slice(0, text.length))?.at ?? Number.NaN;
}

function spread(values: readonly number[]): Latency {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
