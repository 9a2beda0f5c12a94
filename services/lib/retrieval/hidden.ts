import { FENCE } from './blocks.ts';
import { INVISIBLE } from './invisible.ts';

/** Joiners between emoji or letters that are shaped by them, and the mark that gives a symbol its emoji form. */
const SHAPING =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)\u200d(?=\p{Extended_Pictographic})|(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Sinhala}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}])|(?<=\p{Emoji})\ufe0f/gu;

const CONTROLS = /[^\P{Cc}\n\t]/gu;
const LINE_END = /\r\n?|[\u2028\u2029\u0085\f\v]/g;
const COMMENT_START = '<!--';
const COMMENT_END = '-->';
const HIDDEN_ELEMENT =
  /<([a-z][a-z0-9]*)\s(?:[^<>]*\s)?(?:hidden(?=[\s=>])|style\s*=\s*["'][^"'<>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0))[^<>]*>[^<]*<\/\1\s*>/gi;

/**
 * The text as a reader sees it, for showing and for prompts: one kind of line end, no control or invisible characters
 * but those that shape letters and emoji.
 */
export function visibleText(text: string): string {
  const lines = text.replace(LINE_END, '\n').replace(CONTROLS, '');
  const kept = new Set<number>();
  for (const { index } of lines.matchAll(SHAPING)) kept.add(index);
  return lines.replace(INVISIBLE, (character, at: number) => (kept.has(at) ? character : ''));
}

/** Comments go, wherever they are but in code. One without an end is text. */
function stripComments(markdown: string): string {
  const parts: string[] = [];
  const lastEnd = markdown.lastIndexOf(COMMENT_END);
  let fence = '';
  for (let at = 0; at < markdown.length; ) {
    const lineEnd = markdown.indexOf('\n', at);
    const next = lineEnd < 0 ? markdown.length : lineEnd + 1;
    const line = markdown.slice(at, next);
    const opened = fence === '' ? FENCE.exec(line)?.[1] : undefined;
    const comment = fence === '' && opened === undefined ? line.indexOf(COMMENT_START) : -1;
    if (comment >= 0 && at + comment < lastEnd) {
      parts.push(line.slice(0, comment));
      at = markdown.indexOf(COMMENT_END, at + comment) + COMMENT_END.length;
      continue;
    }
    if (opened !== undefined) fence = opened;
    else if (fence !== '' && line.trimStart().startsWith(fence)) fence = '';
    parts.push(line);
    at = next;
  }
  return parts.join('');
}

/** Markdown without what its reader would not see: comments, and HTML elements that are styled or marked as hidden. */
export function stripHiddenMarkup(markdown: string): string {
  return stripComments(markdown).replace(HIDDEN_ELEMENT, '');
}
