import type { Nodes, Root } from 'mdast';
import { graphemeBoundary } from './graphemes.ts';

/** Where Markdown can be cut, and how both sides are made whole again. */

/**
 * The best place to cut at or before `budget` units of source, above 0: the last boundary between blocks that leaves
 * at least half of the budget, else one inside blocks, else between lines, sentences, words, visible characters.
 */
export function findCut(source: string, root: Root, budget: number): number {
  const blocks = blockStarts(source, root, budget);
  const choices = [
    () => lastOf(blocks.filter(({ depth }) => depth === 0).map(({ at }) => at)),
    () => lastOf(blocks.map(({ at }) => at)),
    () => lastMatch(source, budget, /\n/g, root),
    () => lastMatch(source, budget, /[.!?…。！？]["»”)\]]*\s+/g, root),
    () => lastMatch(source, budget, /\s+/g, root),
  ];
  const found: number[] = [];
  for (const choose of choices) {
    const at = choose();
    if (at >= budget / 2) return at;
    found.push(at);
  }
  const boundary = graphemeBoundary(source, budget);
  return boundary >= budget / 2 || found.every((at) => at <= 0) ? boundary : Math.max(...found);
}

/** The two sides of a cut: what was open is closed in `head` and opened again in `tail`. */
export function cutAt(whole: string, root: Root, at: number): { readonly head: string; readonly tail: string } {
  const path = pathTo(root, at);
  const source = numberOn(whole, path, at);
  const code = path.findLast((node) => node.type === 'code');
  if (code !== undefined) return cutCode(source, code, path, at);
  const span = path.findLast((node) => node.type === 'inlineCode');
  const border = span && codeBorder(source, span, at);
  if (border !== undefined && border > 0 && border < source.length) return sides(source, border);
  if (span !== undefined && backticks(source, span).length >= 3) return cutLongSpan(source, span, at);
  const marks = path.filter(isEmphasis).map((node) => emphasisMark(source, node));
  if (span !== undefined) marks.push(backticks(source, span));
  const table = path.findLast((node) => node.type === 'table');
  const inLine = path.some(({ type }) => type === 'paragraph' || type === 'heading' || type === 'tableRow');
  const before = source.slice(lineStart(source, at), at);
  const quote = /^[\s>]*$/.test(before) ? '' : (/^ {0,3}(?:> ?)+/.exec(before)?.[0] ?? '');
  const rest = dedent(source.slice(at), path, at).replace(/^\n+/, '');
  const tail = inLine ? escapeBlockStart(rest.trimStart()) : rest;
  return {
    head: source.slice(0, at).trimEnd() + marks.toReversed().join(''),
    tail:
      quote +
      (table === undefined ? '' : tableHeader(source, table)) +
      marks.join('') +
      (span ? rest.trimStart() : tail),
  };
}

type Span = { readonly start: number; readonly end: number };

function spanOf(node: Nodes): Span {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 };
}

const INLINE = new Set(['paragraph', 'heading', 'tableRow']);

/** Places where a block begins on a line of its own, in order, with the depth of the block. */
function blockStarts(source: string, root: Root, budget: number): readonly { at: number; depth: number }[] {
  const found: { at: number; depth: number }[] = [];
  const visit = (node: Nodes, depth: number): void => {
    if (!('children' in node) || INLINE.has(node.type)) return;
    for (const [index, child] of node.children.entries()) {
      const { start } = spanOf(child);
      if (start > budget) return;
      const line = lineStart(source, start);
      const isHeader = child.type === 'tableRow' && index === 0;
      if (line > 0 && !isHeader && /^[\s>]*$/.test(source.slice(line, start))) found.push({ at: line, depth });
      visit(child, depth + 1);
    }
  };
  visit(root, 0);
  return found;
}

/** Just behind the last match that ends at or before the budget, outside links and code. 0 when there is none. */
function lastMatch(source: string, budget: number, pattern: RegExp, root: Root): number {
  const from = Math.floor(budget / 2);
  const ends = [...source.slice(from, budget).matchAll(pattern)].map((match) => from + match.index + match[0].length);
  return ends.findLast((at) => !pathTo(root, at).some(({ type }) => type === 'link' || type === 'inlineCode')) ?? 0;
}

function lastOf(places: readonly number[]): number {
  return places.at(-1) ?? 0;
}

/** The nodes that hold a place strictly inside, outermost first. */
function pathTo(root: Root, at: number): readonly Nodes[] {
  const path: Nodes[] = [];
  let node: Nodes | undefined = root;
  while (node !== undefined && 'children' in node) {
    const children: readonly Nodes[] = node.children;
    node = children.find((child) => spanOf(child).start < at && at < spanOf(child).end);
    if (node !== undefined) path.push(node);
  }
  return path;
}

function lineStart(source: string, at: number): number {
  return source.lastIndexOf('\n', at - 1) + 1;
}

function isEmphasis(node: Nodes): boolean {
  return node.type === 'strong' || node.type === 'emphasis' || node.type === 'delete';
}

/** The characters that open an emphasis: those before its first child. */
function emphasisMark(source: string, node: Nodes): string {
  const first = 'children' in node ? node.children[0] : undefined;
  const { start } = spanOf(node);
  return source.slice(start, first === undefined ? start : spanOf(first).start);
}

/** Numbered lists count on behind a cut, whatever numbers their source gives: the next item of each gets the number that it shows. */
function numberOn(source: string, path: readonly Nodes[], at: number): string {
  let text = source;
  for (const node of path.toReversed()) {
    if (node.type !== 'list' || !node.ordered) continue;
    const next = node.children.findIndex((item) => spanOf(item).start >= at);
    const item = node.children[next];
    if (item === undefined) continue;
    const { start } = spanOf(item);
    // Outer lists go on behind inner ones, whose new numbers may be longer than the old.
    const moved = start + text.length - source.length;
    text = text.slice(0, moved) + text.slice(moved).replace(/^\d{1,9}/, String((node.start ?? 1) + next));
  }
  return text;
}

/** The backticks that open a code span. */
function backticks(source: string, span: Nodes): string {
  const { start, end } = spanOf(span);
  return /^`+/.exec(source.slice(start, end))?.[0] ?? '';
}

/**
 * A span between three backticks or more cannot be opened again at the beginning of a message: there they would open a fence, and the
 * words behind them name its language, unseen. What is left of it becomes a fence of its own.
 */
function cutLongSpan(source: string, span: Nodes, at: number): { head: string; tail: string } {
  const { end } = spanOf(span);
  const ticks = backticks(source, span);
  const left = source.slice(at, end - ticks.length).trim();
  const fence = `${ticks}\``;
  return {
    head: source.slice(0, at).trimEnd() + ticks,
    tail: `${fence}\n${left}\n${fence}\n${escapeBlockStart(source.slice(end).trimStart())}`,
  };
}

/** The end of a code span that a place among its backticks belongs to; undefined for a place inside its text. */
function codeBorder(source: string, span: Nodes, at: number): number | undefined {
  const { start, end } = spanOf(span);
  const { length } = backticks(source, span);
  if (at <= start + length) return start;
  return at >= end - length ? end : undefined;
}

/** What stands before a block on its line, with the marks of lists made spaces. */
function linePrefix(source: string, at: number): string {
  return source.slice(lineStart(source, at), at).replaceAll(/[^>\s]/g, ' ');
}

/** The first two lines of a table, unless they are so long that repeating them would be worse. */
function tableHeader(source: string, table: Nodes): string {
  const { start, end } = spanOf(table);
  const lines = source.slice(start, end).split('\n', 2);
  const text = linePrefix(source, start) + lines.join('\n');
  return lines.length === 2 && text.length <= 512 ? `${text}\n` : '';
}

function cutCode(source: string, code: Nodes, path: readonly Nodes[], at: number): { head: string; tail: string } {
  const { start, end } = spanOf(code);
  const prefix = linePrefix(source, start);
  const firstLine = source.slice(start, end).split('\n', 1)[0] ?? '';
  const fence = /^(`{3,}|~{3,})/.exec(firstLine)?.[0];
  const head = source.slice(0, at).replace(/\n$/, '');
  const isLineStart = lineStart(source, at) === at;
  if (fence === undefined) return { head, tail: `${isLineStart ? '' : `${prefix}    `}${source.slice(at)}` };
  // A cut in the opening line, or with nothing but the closing fence behind it, moves to the block's own border.
  if (at <= start + firstLine.length + 1) return start > 0 ? sides(source, start) : sides(source, at);
  if (/^\n?[\s>]*(`{3,}|~{3,})\s*$/.test(source.slice(at, end))) return sides(source, end);
  const rest = dedent(source.slice(at), path, at).replace(isLineStart ? /^$/ : /^\n/, '');
  const opening = dedent(`${prefix}${firstLine}`, path, at);
  return { head: `${head}\n${prefix}${fence}`, tail: `${opening}\n${rest}` };
}

function sides(source: string, at: number): { head: string; tail: string } {
  return { head: source.slice(0, at).trimEnd(), tail: source.slice(at).replace(/^\n+/, '') };
}

/** Lines that were indented to belong to a list's item lose that indentation, to the end of the list. */
function dedent(tail: string, path: readonly Nodes[], at: number): string {
  const item = path.findLast((node) => node.type === 'listItem');
  const first = item !== undefined && 'children' in item ? item.children[0] : undefined;
  const outermost = path[0];
  const depth = (first?.position?.start.column ?? 1) - 1;
  if (depth === 0 || outermost === undefined) return tail;
  const length = spanOf(outermost).end - at;
  const inside = tail.slice(0, length).replaceAll(new RegExp(`^ {1,${depth}}`, 'gm'), '');
  return inside + tail.slice(length);
}

/** Keeps the rest of a paragraph from being read as the beginning of another block. */
function escapeBlockStart(text: string): string {
  if (/^(?:[#>+=|[<-]|[*_]\s|`{3}|~{3}|(?:[*_-] *){3,}$)/m.test(text.split('\n', 1)[0] ?? '')) return `\\${text}`;
  return text.replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}
