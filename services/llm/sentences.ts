/** A sentence of a text and where it stands. */
export interface Sentence {
  readonly text: string;
  /** Counts the sentences of the text from 0. */
  readonly index: number;
}

/** Words with a full stop that ends no sentence, normalised to lower case, in Russian and English. */
const ABBREVIATIONS = new Set(
  `г гг в вв им ул пр д кв стр корп обл р руб коп тыс млн млрд см мм км кг гр мин сек ч т п рис табл напр др пр ред проф акад доц
  mr mrs ms dr prof st sr jr vs etc no nos vol inc ltd co corp e.g i.e a.m p.m approx dept est fig al jan feb mar apr jun
  jul aug sep sept oct nov dec u.s u.k ph.d`.split(/\s+/),
);

/** A possible end of a sentence: its marks, closing quotes and brackets, then space. */
const END = /[.!?…。！？]+["'»”’)\]]*(?=\s|$)|[。！？]/gu;
const LIST_OR_HEADING = /^\s*([-*+•>|#]|\d{1,3}[.)]\s)/;
/** A line at least so long was broken for its width, not for its sense. */
const WRAPPED_LINE = 60;

/** The sentences of plain text or Markdown. Headings, list items and table rows stand alone, without their marks. */
export function sentencesOf(text: string): Sentence[] {
  const found: string[] = [];
  for (const block of blocksOf(text)) split(block, found);
  return found.map((sentence, index) => ({ text: sentence, index }));
}

/** Paragraphs and the like: lines that belong together, joined. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let open = '';
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const goesOn =
      open !== '' &&
      line !== '' &&
      !LIST_OR_HEADING.test(line) &&
      (/^\p{Ll}/u.test(line) || lastLineLength(open) >= WRAPPED_LINE);
    if (goesOn) {
      open += `\u2028${line}`;
      continue;
    }
    if (open !== '') blocks.push(open);
    open = line.replace(/^(#{1,6}|[-*+•]|>)\s+/, '');
  }
  if (open !== '') blocks.push(open);
  return blocks.map((block) => block.replaceAll('\u2028', ' '));
}

function lastLineLength(block: string): number {
  return block.length - (block.lastIndexOf('\u2028') + 1);
}

function split(block: string, found: string[]): void {
  let start = 0;
  for (const match of block.matchAll(END)) {
    const end = match.index + match[0].length;
    if (!endsSentence(block.slice(start, match.index), match[0], block.slice(end, end + 8))) continue;
    push(block.slice(start, end), found);
    start = end;
  }
  push(block.slice(start), found);
}

function endsSentence(before: string, mark: string, after: string): boolean {
  const next = after.trimStart();
  if (next === '') return true;
  if (/^[\p{Ll}]/u.test(next)) return false;
  if (!mark.startsWith('.') || mark.startsWith('..')) return true;
  const word = /[\p{L}\p{N}.]+$/u.exec(before)?.[0].toLowerCase() ?? '';
  // An initial, as in `J. K. Rowling` or `А. С. Пушкин`.
  if (/^(\p{L}\.)*\p{L}$/u.test(word)) return false;
  return !ABBREVIATIONS.has(word);
}

function push(text: string, found: string[]): void {
  const sentence = text.trim();
  if (/[\p{L}\p{N}]/u.test(sentence)) found.push(sentence);
}
