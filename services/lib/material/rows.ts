import { oneLine, stripHidden } from './hidden-text.ts';
import type { DetectLanguage, ExampleItem, RejectedItem } from './items.ts';

/** Limits of one example, in UTF-16 units: a question is a question, and an answer fits a few messages. */
export const MAX_QUESTION = 4_000;
export const MAX_ANSWER = 32_000;
const MAX_TAGS = 50;
const MAX_TAG = 64;
const LOCALE = /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/;

/** The cells of one row, as they stand in the file. */
export interface RawRow {
  readonly question: string;
  readonly answer: string;
  readonly locale?: string;
  readonly tags?: readonly string[];
}

/** An example of a row, or what is wrong with it. The file's locale counts where the row names none. */
export function toExample(
  row: number,
  raw: RawRow,
  fileLocale: string,
  detect: DetectLanguage,
): ExampleItem | RejectedItem {
  const question = oneLine(raw.question);
  const answer = stripHidden(raw.answer).trim();
  const locale = oneLine(raw.locale ?? '').replace('_', '-');
  const tags = [...new Set((raw.tags ?? []).map(oneLine).filter((tag) => tag !== ''))];
  const reason = fault(question, answer, locale, tags);
  if (reason !== undefined) return { kind: 'rejected', row, reason };
  const known = locale !== '' ? locale : fileLocale;
  return { kind: 'example', row, question, answer, locale: known !== '' ? known : detect(question), tags };
}

function fault(question: string, answer: string, locale: string, tags: readonly string[]): string | undefined {
  if (question === '' && answer === '') return 'the row is empty';
  if (question === '') return 'there is no question';
  if (answer === '') return 'there is no answer';
  if (question.length > MAX_QUESTION)
    return `the question has ${question.length} characters; at most ${MAX_QUESTION} are taken`;
  if (answer.length > MAX_ANSWER) return `the answer has ${answer.length} characters; at most ${MAX_ANSWER} are taken`;
  if (locale !== '' && !LOCALE.test(locale)) return 'the locale is not a language tag such as en or pt-BR';
  if (tags.length > MAX_TAGS) return `there are ${tags.length} tags; at most ${MAX_TAGS} are taken`;
  if (tags.some((tag) => tag.length > MAX_TAG)) return `a tag is longer than ${MAX_TAG} characters`;
  return undefined;
}

/** The tags of a cell: split at commas, semicolons and bars. */
export function splitTags(cell: string): string[] {
  return cell.split(/[,;|]/);
}
