import type { Direction } from './tongues.ts';

/** U+2068 and U+2069: what stands between them is laid out by itself, in the direction of its own first letter. */
const ISOLATE = '\u2068';
const END = '\u2069';
/** U+200F: an invisible letter that is written from right to left. */
const RIGHT_TO_LEFT_MARK = '\u200f';

/** Words of Latin letters with what belongs to them: commands, names, addresses; several words in a row are one run. */
const LATIN_RUN =
  /[/@#]?\p{Script=Latin}(?:[\p{Script=Latin}\d_.@:/?=&%+-]*[\p{Script=Latin}\d_/])?(?: \p{Script=Latin}[\p{Script=Latin}\d_.-]*[\p{Script=Latin}\d])*/gu;
const ISOLATED = /(\u2068[^\u2068\u2069]*\u2069)/;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const STRONG = /\p{L}|\u200f/u;

/**
 * A text in the direction of its language: where that is from right to left, Latin runs are isolated, so that they stay readable, and each line
 * begins at the right, also for those who lay out by the first letter whatever isolates it. What is isolated already stays as it is.
 */
export function directed(text: string, direction: Direction): string {
  if (direction === 'ltr') return text;
  const isolated = text
    .split(ISOLATED)
    .map((part) => (part.startsWith(ISOLATE) ? part : part.replaceAll(LATIN_RUN, isolate)))
    .join('');
  return isolated.split('\n').map(begun).join('\n');
}

/** Keeps a value that may be written the other way from mixing with the text around it. */
export function isolateForeign(value: string, direction: Direction): string {
  return direction === 'rtl' || RIGHT_TO_LEFT.test(value) ? isolate(value) : value;
}

function begun(line: string): string {
  return line === '' || beginsRightToLeft(line) ? line : RIGHT_TO_LEFT_MARK + line;
}

/** Whether the first letter of a line is written from right to left. */
export function beginsRightToLeft(line: string): boolean {
  const first = STRONG.exec(line)?.[0] ?? '';
  return first === RIGHT_TO_LEFT_MARK || RIGHT_TO_LEFT.test(first);
}

/** Marks that a text brings along would end the wrong thing. */
function isolate(text: string): string {
  return `${ISOLATE}${text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '')}${END}`;
}
