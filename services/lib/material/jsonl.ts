import { findName } from './columns.ts';
import type { DetectLanguage, ExampleItem, Found, RejectedItem } from './items.ts';
import { type RawRow, splitTags, toExample } from './rows.ts';

/** The rows of a JSON Lines text, good and bad, in order. A row's number is that of its line; empty lines are passed over. */
export function* readJsonl(text: string, fileLocale: string, detect: DetectLanguage): Generator<Found> {
  let bytes = 0;
  let row = 0;
  for (const line of lines(text)) {
    row++;
    bytes += Buffer.byteLength(line) + 1;
    if (line.trim() === '') continue;
    yield { item: readLine(row, line, fileLocale, detect), bytes };
  }
}

function* lines(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    yield text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}

function readLine(row: number, line: string, fileLocale: string, detect: DetectLanguage): ExampleItem | RejectedItem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'rejected', row, reason: 'the line is not JSON' };
  }
  const raw = isObject(value) ? toRaw(value) : 'the line is not a JSON object';
  return typeof raw === 'string' ? { kind: 'rejected', row, reason: raw } : toExample(row, raw, fileLocale, detect);
}

/** The fields of an object, or what is wrong with them. */
function toRaw(object: Record<string, unknown>): RawRow | string {
  const names = Object.keys(object);
  const field = (at: number | undefined) => (at === undefined ? undefined : object[names[at] as string]);
  const locale = field(findName('locale', names)) ?? '';
  if (typeof locale !== 'string') return 'the locale is not text';
  if (Array.isArray(object.messages)) return fromMessages(object.messages, locale);
  const questionAt = findName('question', names);
  const answerAt = findName('answer', names, questionAt === undefined ? [] : [questionAt]);
  if (questionAt === undefined || answerAt === undefined) return 'the object has no question and answer';
  const question = field(questionAt);
  const answer = field(answerAt);
  if (typeof question !== 'string') return 'the question is not text';
  if (typeof answer !== 'string') return 'the answer is not text';
  const tags = toTags(field(findName('tags', names, [questionAt, answerAt])));
  return tags === undefined ? 'the tags are not a list of texts' : { question, answer, locale, tags };
}

function toTags(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return splitTags(value);
  return Array.isArray(value) && value.every((tag) => typeof tag === 'string') ? value : undefined;
}

/** The first question of a dialogue and the answer to it: what follows makes sense only after them. */
function fromMessages(messages: readonly unknown[], locale: string): RawRow | string {
  const said = messages.filter(isObject).map((message) => ({ role: message.role, text: contentText(message.content) }));
  const at = said.findIndex(({ role }) => role === 'user');
  const question = said[at]?.text;
  const answer = said.slice(at + 1).find(({ role }) => role === 'assistant')?.text;
  if (at < 0 || question === undefined) return 'the messages hold no text of a user';
  if (answer === undefined) return 'the messages hold no text of an assistant after the user';
  return { question, answer, locale };
}

/** The text of a message's content: a string, or parts of type text. */
function contentText(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.filter(isObject).filter((part) => part.type === 'text' && typeof part.text === 'string');
  return texts.length === 0 ? undefined : texts.map((part) => String(part.text)).join('\n');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
