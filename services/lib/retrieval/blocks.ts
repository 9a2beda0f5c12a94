/** A piece of a document that belongs together. */
export interface Block {
  /** `heading`: starts a section; `lines`: a table, list or code, cut between lines only; `prose`: cut at sentences. */
  readonly kind: 'heading' | 'prose' | 'lines';
  readonly text: string;
  /** Of a heading: 1 to 6, else 0. */
  readonly level: number;
  /** Lines to be repeated above each piece when it is cut: a table's head, a code block's fence. Else ''. */
  readonly head: string;
}

const ATX_HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const SETEXT_LINE = /^ {0,3}(=+|-+)[ \t]*$/;
/** Starts a block of code; the same characters end it. */
export const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LIST_ITEM = /^\s*(?:[-*+•]|\d{1,9}[.)])[ \t]+\S/;
const TABLE_RULE = /^\s*\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)*\|?\s*$/;
/** A longer "heading" is a paragraph that someone marked wrongly: it must not be repeated as a locator. */
const HEADING_LIMIT = 160;

function block(kind: Block['kind'], lines: readonly string[], head = ''): Block {
  return { kind, text: lines.join('\n'), level: 0, head };
}

function heading(text: string, level: number): Block {
  return text.length > HEADING_LIMIT ? block('prose', [text]) : { kind: 'heading', text, level, head: '' };
}

/** Plain text: paragraphs between blank lines; a paragraph of list items stays in lines. */
export function plainBlocks(text: string): Block[] {
  return text
    .split(/\n[ \t]*(?:\n[ \t]*)+/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => {
      const lines = paragraph.split('\n');
      return block(lines.length > 1 && lines.every((line) => LIST_ITEM.test(line)) ? 'lines' : 'prose', lines);
    });
}

/** Markdown: headings, code, tables, lists and paragraphs. Anything else is a paragraph; no line is dropped but rules. */
export function markdownBlocks(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  let at = 0;
  const takeWhile = (holds: (line: string, at: number) => boolean): string[] => {
    const start = at;
    while (at < lines.length && holds(lines[at] ?? '', at)) at++;
    return lines.slice(start, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line)?.[1];
    const atx = ATX_HEADING.exec(line);
    if (line.trim() === '') {
      at++;
    } else if (fence !== undefined) {
      const start = at++;
      takeWhile((inside) => !inside.trimStart().startsWith(fence));
      blocks.push(block('lines', lines.slice(start, ++at), line));
    } else if (atx !== null) {
      at++;
      if (atx[2] !== '') blocks.push(heading(atx[2] ?? '', atx[1]?.length ?? 1));
    } else if (line.includes('|') && TABLE_RULE.test(lines[at + 1] ?? '')) {
      const head = `${line}\n${lines[at + 1]}`;
      blocks.push(
        block(
          'lines',
          takeWhile((row) => row.trim() !== ''),
          head,
        ),
      );
    } else if (LIST_ITEM.test(line)) {
      // An item goes on in indented lines, also after a blank one.
      const items = takeWhile(
        (item, i) =>
          (item.trim() !== '' && !ATX_HEADING.test(item)) ||
          /^(?:\s{2,}\S|\s*(?:[-*+•]|\d{1,9}[.)])[ \t])/.test(lines[i + 1] ?? ''),
      );
      blocks.push(block('lines', items));
    } else {
      const start = at++;
      const rest = takeWhile(
        (next) =>
          next.trim() !== '' &&
          !SETEXT_LINE.test(next) &&
          !FENCE.test(next) &&
          !ATX_HEADING.test(next) &&
          !LIST_ITEM.test(next),
      );
      const underline = SETEXT_LINE.exec(lines[at] ?? '')?.[1];
      const paragraph = lines.slice(start, at);
      if (underline !== undefined && rest.length === 0 && !/^\W*$/u.test(line)) {
        at++;
        blocks.push(heading(line.trim(), underline.startsWith('=') ? 1 : 2));
      } else if (!/^[\s*_-]*$/.test(paragraph.join(''))) {
        blocks.push(block('prose', paragraph));
      }
    }
  }
  return blocks;
}
