import { type Block, markdownBlocks, plainBlocks } from './blocks.ts';
import { stripHiddenMarkup, visibleText } from './hidden.ts';
import { splitSentences } from './sentences.ts';

/** A piece of a document, small enough to be cited and large enough to be understood. */
export interface CutPassage {
  /** The headings above it, outermost first: 'Delivery › Abroad'; '' where there are none. */
  readonly locator: string;
  readonly text: string;
}

/** How a document is written. */
export type DocumentFormat = 'markdown' | 'text';

/** Words that a passage grows to before the next paragraph begins another. */
const ENOUGH_WORDS = 80;
/** Words of a passage at most, unless its repeated table head is longer. */
const MOST_WORDS = 200;
/** A long code counts by its length; a word of a script without spaces is about two characters. */
const CHARACTERS_PER_WORD = 20;
const DENSE_PER_WORD = 2;
/** A longer word is cut to pieces of so many characters: no more than a passage of any script. */
const LONGEST_WORD = MOST_WORDS * DENSE_PER_WORD;
const SEPARATOR = ' › ';

function size(text: string): number {
  let words = 0;
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    const dense = word.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu)?.length ?? 0;
    words += Math.max(1, dense / DENSE_PER_WORD, word.length / CHARACTERS_PER_WORD);
  }
  return words;
}

/** Joins pieces, in order, to groups of about the same size and at most `most` words (a larger piece stays alone). */
function gather(pieces: readonly string[], separator: string, most: number): string[] {
  const sizes = pieces.map(size);
  const total = sizes.reduce((sum, words) => sum + words, 0);
  const even = total / Math.ceil(total / most);
  const groups: string[] = [];
  let group: string[] = [];
  let words = 0;
  for (const [i, piece] of pieces.entries()) {
    const more = sizes[i] ?? 0;
    if (group.length > 0 && (words + more > most || words + more / 2 > even)) {
      groups.push(group.join(separator));
      group = [];
      words = 0;
    }
    group.push(piece);
    words += more;
  }
  if (group.length > 0) groups.push(group.join(separator));
  return groups;
}

/** A sentence or line that is longer than a passage, cut between words, and a word longer than that between characters. */
function cutWords(text: string): string[] {
  const words = text.split(/\s+/).flatMap((word) => {
    if (size(word) <= MOST_WORDS) return [word];
    const characters = [...word];
    const count = Math.ceil(characters.length / LONGEST_WORD);
    return Array.from({ length: count }, (_, i) => characters.slice(i * LONGEST_WORD, (i + 1) * LONGEST_WORD).join(''));
  });
  return gather(words, ' ', MOST_WORDS);
}

function cutBlock({ kind, text, head }: Block): string[] {
  if (size(text) <= MOST_WORDS) return [text];
  if (kind !== 'lines') {
    const sentences = splitSentences(text).flatMap((one) => (size(one) > MOST_WORDS ? cutWords(one) : [one]));
    return gather(sentences, ' ', MOST_WORDS);
  }
  const repeated = size(head) < MOST_WORDS / 2 ? head : '';
  const room = Math.max(MOST_WORDS / 2, MOST_WORDS - size(repeated));
  const lines = text
    .slice(repeated.length)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => (size(line) > room ? cutWords(line) : [line]));
  return gather(lines, '\n', room).map((group) => (repeated === '' ? group : `${repeated}\n${group}`));
}

/** A section's blocks as passages: paragraphs that are short go together, long ones are cut. */
function cutSection(locator: string, blocks: readonly Block[]): CutPassage[] {
  const passages: CutPassage[] = [];
  let open: string[] = [];
  let words = 0;
  const close = (): void => {
    if (open.length > 0) passages.push({ locator, text: open.join('\n\n') });
    open = [];
    words = 0;
  };
  for (const piece of blocks.flatMap(cutBlock)) {
    const more = size(piece);
    if (words >= ENOUGH_WORDS || words + more > MOST_WORDS) close();
    open.push(piece.replace(/^\n+|\s+$/g, ''));
    words += more;
  }
  close();
  return passages;
}

/**
 * Cuts a document into passages of about 80 to 200 words, shorter where a section is. Headings become locators, tables
 * and code are cut between lines with their head repeated, and nothing that a reader sees is lost: a heading with nothing
 * under it is a passage. Text that a reader would not see (zero-width characters, comments, hidden elements) is dropped.
 * Linear in the document's length; a few MB/s, so large ones belong in a worker thread.
 */
export function cutPassages(document: string, format: DocumentFormat): CutPassage[] {
  const visible = visibleText(format === 'markdown' ? stripHiddenMarkup(document) : document);
  const blocks = format === 'markdown' ? markdownBlocks(visible) : plainBlocks(visible);
  const passages: CutPassage[] = [];
  const path: Block[] = [];
  let used = true;
  let section: Block[] = [];
  const close = (): void => {
    passages.push(...cutSection(path.map(({ text }) => text).join(SEPARATOR), section));
    used ||= section.length > 0;
    section = [];
  };
  const closeUnused = (deeper: boolean): void => {
    const last = path.at(-1);
    if (used || deeper || last === undefined) return;
    const above = path.slice(0, -1).map(({ text }) => text);
    passages.push({ locator: above.join(SEPARATOR), text: last.text });
  };
  for (const block of blocks) {
    if (block.kind !== 'heading') {
      section.push(block);
      continue;
    }
    close();
    closeUnused(block.level > (path.at(-1)?.level ?? 0));
    while ((path.at(-1)?.level ?? 0) >= block.level) path.pop();
    path.push(block);
    used = false;
  }
  close();
  closeUnused(false);
  return passages;
}
