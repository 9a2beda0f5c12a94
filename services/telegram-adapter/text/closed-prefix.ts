import { graphemeBoundary } from './graphemes.ts';

/** How far back, in UTF-16 units, an open mark holds the text behind it back; beyond that it is shown as it is. */
const REACH = { emphasis: 160, code: 160, label: 240, address: 2_048 } as const;

/**
 * The part of a growing Markdown text that can be shown now: no half link, half emphasis or half table, and no line
 * that may yet change what the line above it is. An open fence is closed.
 */
export function closedPrefix(markdown: string): string {
  const fence = openFence(markdown);
  if (fence !== undefined) return closeFence(markdown, fence);
  const text = withoutOpenMark(withoutOpenTable(withoutTornEnd(withoutUndecidedLine(markdown))));
  return text.trimEnd();
}

interface Fence {
  /** Where its opening line begins. */
  readonly at: number;
  readonly indent: string;
  readonly marks: string;
  /** Where its content begins: behind the opening line. */
  readonly content: number;
}

/** The fence that is open at the end of the text. */
function openFence(markdown: string): Fence | undefined {
  if (!/`{3}|~{3}/.test(markdown)) return undefined;
  let open: Fence | undefined;
  for (const line of markdown.matchAll(/^([ \t]*(?:[-*+>]|\d+[.)])?[ \t]*)(`{3,}|~{3,})([^\n]*)(?:\n|$)/gm)) {
    const [whole, indent = '', marks = '', info = ''] = line;
    const isComplete = whole.endsWith('\n');
    if (open === undefined) {
      if (marks.startsWith('`') && info.includes('`')) continue;
      const content = isComplete ? line.index + whole.length : markdown.length;
      open = { at: line.index, indent: indent.replaceAll(/[^\s>]/g, ' '), marks, content };
    } else if (marks.startsWith(open.marks) && info.trim() === '') open = undefined;
  }
  return open;
}

function closeFence(markdown: string, fence: Fence): string {
  const body = withoutTornEnd(markdown.slice(fence.content))
    .replace(/\n?[ \t>]*[`~]{1,2}$/, '')
    .trimEnd();
  if (body.trim() === '') return markdown.slice(0, fence.at).trimEnd();
  return `${markdown.slice(0, fence.content)}${body}\n${fence.indent}${fence.marks}`;
}

/** Leaves out a last line of marks alone: it may become a list, a heading, or make one of the line above. */
function withoutUndecidedLine(markdown: string): string {
  const start = markdown.lastIndexOf('\n') + 1;
  return /^\s*(?:[-=*_#>+~`|:\s]+|\d{1,9}[.)]?)\s*$/.test(markdown.slice(start)) ? markdown.slice(0, start) : markdown;
}

/** Leaves out half a visible character, half an escape and half an entity. */
function withoutTornEnd(markdown: string): string {
  const text = markdown.replace(/(?:\\|&[#\w]{0,31}|\u200d|[\ud800-\udbff])$/, '');
  return text.length < markdown.length ? text.slice(0, graphemeBoundary(text, text.length)) : markdown;
}

/** A table is shown from its first complete row, and by whole rows. */
function withoutOpenTable(markdown: string): string {
  const start = lastBlockStart(markdown);
  const block = markdown.slice(start);
  if (!block.startsWith('|')) return markdown;
  const lines = block.split('\n');
  const whole = lines.at(-1)?.trimEnd().endsWith('|') && lines.length > 2 ? lines : lines.slice(0, -1);
  return markdown.slice(0, start) + (whole.length < 3 ? '' : whole.join('\n'));
}

/** Cuts at the first mark of the last block that opens something which is not closed yet. */
function withoutOpenMark(markdown: string): string {
  const start = lastBlockStart(markdown);
  const open = firstOpenMark(markdown.slice(start));
  return open === undefined ? markdown : markdown.slice(0, start + open);
}

function lastBlockStart(markdown: string): number {
  const blank = [...markdown.matchAll(/\n[ \t]*\n/g)].at(-1);
  return blank === undefined ? 0 : blank.index + blank[0].length;
}

/** Where the first unclosed mark of a block begins, if it is near enough to the end to wait for its other half. */
function firstOpenMark(block: string): number | undefined {
  const emphasis: { mark: string; at: number }[] = [];
  const labels: number[] = [];
  const waiting: number[] = [];
  const wait = (at: number, reach: number): void => {
    if (block.length - at <= reach) waiting.push(at);
  };
  const marks = /\\[^\n]|(`+)|(\*+|_+|~{2})|(!?\[)|(\]\()|\]|(<https?:)/g;
  for (let match = marks.exec(block); match !== null; match = marks.exec(block)) {
    const [whole, ticks, stress, label, address, autolink] = match;
    const at = match.index;
    if (ticks !== undefined) {
      const end = findTicks(block, ticks, at + ticks.length);
      if (end === undefined) wait(at, REACH.code);
      else marks.lastIndex = end;
    } else if (stress !== undefined) turnEmphasis(block, stress, at, emphasis);
    else if (label !== undefined) labels.push(at);
    else if (address !== undefined) {
      const from = labels.pop();
      const end = block.indexOf(')', at);
      if (from !== undefined && end < 0) wait(from, REACH.address);
      else if (end >= 0) marks.lastIndex = end + 1;
    } else if (autolink !== undefined && !block.slice(at).includes('>')) wait(at, REACH.address);
    else if (whole === ']') labels.pop();
  }
  for (const at of labels) wait(at, REACH.label);
  for (const { at } of emphasis) wait(at, REACH.emphasis);
  return waiting.length > 0 ? Math.min(...waiting) : undefined;
}

/** Closes the emphasis that a run of marks closes, or opens one, by what stands on its two sides. */
function turnEmphasis(block: string, mark: string, at: number, open: { mark: string; at: number }[]): void {
  const before = block[at - 1] ?? ' ';
  const after = block[at + mark.length] ?? '';
  const closes = open.findLastIndex((one) => one.mark === mark);
  if (closes >= 0 && !/\s/.test(before)) open.splice(closes);
  else if (!/\s/.test(after) && !(mark.startsWith('_') && /[\p{L}\p{N}]/u.test(before))) open.push({ mark, at });
}

/** Just behind the run of as many backticks that ends a code span. */
function findTicks(block: string, ticks: string, from: number): number | undefined {
  for (const run of block.slice(from).matchAll(/`+/g)) {
    if (run[0].length === ticks.length) return from + run.index + run[0].length;
  }
  return undefined;
}
