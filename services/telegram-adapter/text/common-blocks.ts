import type { AlignType, BlockContent, List, ListItem, Table, TableCell, TableRow } from 'mdast';
import { readCommonPhrases } from './common-phrases.ts';

/** More levels of lists and quotes than models commonly write. */
const DEEPEST = 8;

/**
 * Reads the blocks that models commonly write, as they commonly write them: headings, paragraphs, fences, tables, lists, quotes, rules.
 * Undefined for anything whose reading needs more of CommonMark than this knows; what it does read, it reads as CommonMark does.
 */
export function readCommonBlocks(lines: readonly string[], depth = 0): BlockContent[] | undefined {
  const blocks: BlockContent[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at] === '') {
      at++;
      continue;
    }
    const found = depth < DEEPEST ? readBlock(lines, at, depth) : undefined;
    if (found === undefined) return undefined;
    blocks.push(found.block);
    at = found.next;
  }
  return blocks;
}

interface Found<Block = BlockContent> {
  readonly block: Block;
  /** The line behind it. */
  readonly next: number;
}

function readBlock(lines: readonly string[], at: number, depth: number): Found | undefined {
  const line = lines[at] ?? '';
  switch (line[0]) {
    case '#':
      return readHeading(line, at);
    case '>':
      return readQuote(lines, at, depth);
    case '|':
      return readTable(lines, at);
    case '`':
      if (line.startsWith('```')) return readFence(lines, at);
      break;
  }
  if (RULE.test(line)) return { block: { type: 'thematicBreak' }, next: at + 1 };
  if (ITEM.test(line)) return readList(lines, at, depth);
  return readParagraph(lines, at);
}

const RULE = /^(?:-{3,}|\*{3,}|_{3,})$/;
/** The mark of a list's item, with its words. */
const ITEM = /^(?:([-*+])|(\d{1,9})([.)])) (?! )(.+)$/;
/** A line that would be, or might become, something else than words of a paragraph. */
const NO_WORDS = /^(?:[ #>+=|:<-]|`{3}|~{3}|\*(?:\s|$)|\d{1,9}[.)](?:\s|$)|[*_][*_ ]*$)|\s$/;

function readHeading(line: string, at: number): Found | undefined {
  const [, marks, words] = /^(#{1,6}) +(\S.*)$/.exec(line) ?? [];
  if (marks === undefined || words === undefined || /#$|\s$/.test(words)) return undefined;
  const children = readCommonPhrases(words);
  const depth = marks.length as 1 | 2 | 3 | 4 | 5 | 6;
  return children && { block: { type: 'heading', depth, children }, next: at + 1 };
}

function readFence(lines: readonly string[], at: number): Found | undefined {
  const lang = /^```([\w+#.-]*)$/.exec(lines[at] ?? '')?.[1];
  const end = indexBehind(lines, at, (line) => /^ {0,3}`{3,} *$/.test(line));
  if (lang === undefined || end < 0) return undefined;
  const value = lines.slice(at + 1, end).join('\n');
  return { block: { type: 'code', lang: lang === '' ? null : lang, meta: null, value }, next: end + 1 };
}

/** Its words go on to an empty line, or to a block that may stand right below them. */
function readParagraph(lines: readonly string[], at: number): Found | undefined {
  let next = at;
  for (let line = lines[next]; line !== undefined && line !== ''; line = lines[++next]) {
    if (next > at && /^(?:[-*+] (?! )\S|1[.)] (?! )\S|#{1,6} |>|```[\w+#.-]*$)/.test(line)) break;
    if (NO_WORDS.test(line)) return undefined;
  }
  const children = readCommonPhrases(lines.slice(at, next).join('\n'));
  return children && { block: { type: 'paragraph', children }, next };
}

function readQuote(lines: readonly string[], at: number, depth: number): Found | undefined {
  let next = at;
  const inner: string[] = [];
  for (let line = lines[next]; line?.startsWith('>'); line = lines[++next]) inner.push(line.replace(/^> ?/, ''));
  if ((lines[next] ?? '') !== '') return undefined;
  const children = readCommonBlocks(inner, depth + 1);
  return children && { block: { type: 'blockquote', children }, next };
}

function readTable(lines: readonly string[], at: number): Found<Table> | undefined {
  const rule = lines[at + 1] ?? '';
  if (!/^\|(?: *:?-+:? *\|)+$/.test(rule)) return undefined;
  const align = cellsOf(rule).map((cell): AlignType => alignOf(cell));
  const rows: TableRow[] = [];
  let next = at;
  for (let line = lines[next]; line !== undefined && line !== ''; line = lines[++next]) {
    if (next === at + 1) continue;
    if (!/^\|.*\|$/.test(line) || line.includes('\\')) return undefined;
    const cells = cellsOf(line).map(readCommonPhrases);
    if (cells.length !== align.length) return undefined;
    const children: TableCell[] = [];
    for (const cell of cells) {
      if (cell === undefined) return undefined;
      children.push({ type: 'tableCell', children: cell });
    }
    rows.push({ type: 'tableRow', children });
  }
  return { block: { type: 'table', align, children: rows }, next };
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.replace(/^ +| +$/g, ''));
}

function alignOf(rule: string): AlignType {
  if (rule.endsWith(':')) return rule.startsWith(':') ? 'center' : 'right';
  return rule.startsWith(':') ? 'left' : null;
}

/** Items of one paragraph line each, with blocks of such lists inside; empty lines between items only where there are none. */
function readList(lines: readonly string[], at: number, depth: number): Found<List> | undefined {
  const [, bullet, number, end] = ITEM.exec(lines[at] ?? '') ?? [];
  const children: ListItem[] = [];
  let spread = false;
  let next = at;
  while (next < lines.length) {
    const [line = '', mark, , dot, words = ''] = ITEM.exec(lines[next] ?? '') ?? [];
    if (line === '') {
      if (lines[next] !== '') return undefined;
      // An empty line: the list goes on behind it, or has ended.
      const behind = indexBehind(lines, next, (one) => one !== '');
      if (behind < 0 || !LIKE_ITEM.test(lines[behind] ?? '')) break;
      const other = ITEM.exec(lines[behind] ?? '');
      if (other !== null && (other[1] !== bullet || other[3] !== end)) break;
      spread = true;
      next = behind;
      continue;
    }
    if (mark !== bullet || dot !== end || NO_ITEM.test(words)) return undefined;
    const width = line.length - words.length;
    const inner = [words];
    for (next++; /^ +\S/.test(lines[next] ?? ''); next++) {
      const below = lines[next] ?? '';
      if (!below.startsWith(' '.repeat(width)) || below.endsWith(' ')) return undefined;
      inner.push(below.slice(width));
    }
    const blocks = readItem(inner, depth);
    if (blocks === undefined) return undefined;
    children.push({ type: 'listItem', spread: false, checked: null, children: blocks });
  }
  if (spread && children.some((item) => item.children.length > 1)) return undefined;
  const start = number === undefined ? null : Number(number);
  return { block: { type: 'list', ordered: number !== undefined, start, spread, children }, next };
}

/** A line that may go on with a list behind an empty line. */
const LIKE_ITEM = /^(?: |[-*+](?: |$)|\d{1,9}[.)])/;
/** Words that would be a block of their own, or a box to tick. */
const NO_ITEM = /^(?:[#>+=|:<-]|`{3}|~{3}|\*(?:\s|$)|\d{1,9}[.)](?:\s|$)|\[[ xX]\]|[*_][*_ ]*$)|\s$/;

/** A line of words, and lists below it that are indented by less than what makes code. */
function readItem(lines: readonly string[], depth: number): BlockContent[] | undefined {
  const inner = lines.slice(1);
  const indent = /^ */.exec(inner[0] ?? '')?.[0] ?? '';
  if (indent.length > 3 || inner.some((line) => !line.startsWith(indent))) return undefined;
  return readCommonBlocks([lines[0] ?? '', ...inner.map((line) => line.slice(indent.length))], depth + 1);
}

/** The first line behind one that passes; below 0 when there is none. */
function indexBehind(lines: readonly string[], at: number, passes: (line: string) => boolean): number {
  for (let index = at + 1; index < lines.length; index++) if (passes(lines[index] ?? '')) return index;
  return -1;
}
