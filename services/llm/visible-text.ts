import { stripInvisible } from '#lib/retrieval/invisible.ts';

/** Control characters but line feed and tab. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

/** Text without what no reader of it sees: control characters, zero-width and direction marks, tags. */
export function visibleText(text: string): string {
  return stripInvisible(text).replace(/\r\n?/g, '\n').replace(CONTROL, '');
}
