import type { Root } from 'mdast';
import { cutAt, findCut } from './cut.ts';
import { graphemeBoundary } from './graphemes.ts';
import { parseMarkdown } from './markdown.ts';
import { escapeHtml } from './output.ts';
import { type Rendered, renderMarkdown, renderTree } from './render.ts';

/** The most that one message of Telegram holds, in UTF-16 units of visible text. */
export const MESSAGE_LIMIT = 4096;

/**
 * Renders Markdown into messages of at most `limit` visible UTF-16 units. The Markdown is cut, not the HTML: between
 * blocks where that leaves a message at least half full, else between lines, sentences or words. A fence, a table's
 * header and emphasis are closed before a cut and opened again after it. No text is lost; nothing visible gives [].
 */
export function splitMarkdown(markdown: string, limit: number = MESSAGE_LIMIT): readonly Rendered[] {
  const parts: Rendered[] = [];
  let rest = markdown;
  while (rest.trim() !== '') {
    const [part, remaining] = takePart(rest, limit);
    if (part.plain.trim() !== '') parts.push(part);
    rest = remaining;
  }
  return parts;
}

/** The first message of a text, and the Markdown that remains. What remains is always shorter. */
function takePart(markdown: string, limit: number): readonly [Rendered, string] {
  if (markdown.length <= limit) {
    const whole = renderMarkdown(markdown);
    if (whole.plain.length <= limit) return [whole, ''];
  }
  // Looking at no more than this at a time keeps the work proportional to the length of the text.
  const window = markdown.slice(0, graphemeBoundary(markdown, limit * 2));
  const root = parseMarkdown(window);
  const visible = renderTree(root);
  if (window === markdown && visible.plain.length <= limit) return [visible, ''];
  const [part, remaining] = cutToFit(window, root, visible.plain.length, limit);
  return [part, remaining + markdown.slice(window.length)];
}

/** Tries cuts, from one that should just fit to ever shorter ones. */
function cutToFit(window: string, root: Root, visible: number, limit: number): readonly [Rendered, string] {
  let budget = Math.min(window.length - 1, Math.floor(limit * Math.max(1, window.length / Math.max(1, visible))));
  while (budget >= limit / 16) {
    const at = findCut(window, root, budget);
    const { head, tail } = cutAt(window, root, at);
    const part = renderMarkdown(head);
    if (part.plain.length <= limit && tail.length < window.length) return [part, tail];
    const shrink = part.plain.length > limit ? (0.95 * limit) / part.plain.length : 0.5;
    budget = Math.min(budget - 1, Math.floor(Math.min(at, budget) * shrink));
  }
  return cutSource(window, limit);
}

/** For Markdown that grows beyond measure when it is rendered: its source is shown as it is. */
function cutSource(window: string, limit: number): readonly [Rendered, string] {
  const at = graphemeBoundary(window, limit);
  const plain = window.slice(0, at);
  return [{ html: escapeHtml(plain), plain }, window.slice(at)];
}
