import { oneLine } from './hidden-text.ts';

/** Where each kind of cell stands in a row, from 0. */
export interface Columns {
  readonly question: number;
  readonly answer: number;
  readonly locale: number | undefined;
  readonly tags: number | undefined;
  /** How many cells each row must have. */
  readonly width: number;
  /** Whether the first row names the columns and is no data. */
  readonly header: boolean;
}

/** Names that owners give to their columns, the surest first. */
const NAMES = {
  question: [
    'question',
    'questions',
    'вопрос',
    'вопросы',
    'q',
    'prompt',
    'query',
    'utterance',
    'instruction',
    'input',
    'user',
    'запрос',
    'фраза',
    'text',
    'текст',
  ],
  answer: [
    'answer',
    'answers',
    'ответ',
    'ответы',
    'a',
    'completion',
    'response',
    'reply',
    'output',
    'assistant',
    'category',
    'intent',
    'label',
    'категория',
    'интент',
  ],
  locale: ['locale', 'language', 'lang', 'язык', 'локаль'],
  tags: [
    'tags',
    'tag',
    'labels',
    'теги',
    'тег',
    'метки',
    'метка',
    'category',
    'topic',
    'категория',
    'тема',
    'intent',
    'label',
  ],
} as const;

export type FieldKind = keyof typeof NAMES;

/** The first of the names that the owner used for a kind of field, in the order of sureness. */
export function findName(
  kind: FieldKind,
  present: readonly string[],
  taken: readonly number[] = [],
): number | undefined {
  for (const name of NAMES[kind]) {
    const at = present.findIndex((given, index) => !taken.includes(index) && plainName(given) === name);
    if (at >= 0) return at;
  }
  return undefined;
}

/** Finds the columns by the first row; undefined where it tells none. A guess for two unnamed columns comes last. */
export function findColumns(firstRow: readonly string[]): Columns | undefined {
  const width = firstRow.length;
  const question = findName('question', firstRow);
  const answer = findName('answer', firstRow, question === undefined ? [] : [question]);
  if (question !== undefined && answer !== undefined) {
    const tags = findName('tags', firstRow, [question, answer]);
    return { question, answer, locale: findName('locale', firstRow), tags, width, header: true };
  }
  if (question !== undefined || answer !== undefined || width !== 2) return undefined;
  return { question: 0, answer: 1, locale: undefined, tags: undefined, width, header: looksLikeHeader(firstRow) };
}

/** Two short labels without sentence marks or figures are a header in a language that we have no names for. */
function looksLikeHeader(row: readonly string[]): boolean {
  return row.every((cell) => {
    const label = oneLine(cell);
    return label.length > 0 && label.length <= 24 && label.split(' ').length <= 2 && !/[?？!.,:;0-9]/.test(label);
  });
}

function plainName(name: string): string {
  return oneLine(name)
    .toLowerCase()
    .replace(/^["'#*]+|["'*:]+$/g, '');
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/**
 * What separates the cells: of the delimiters with which the first row names columns, or else of all, the one that
 * cuts the first rows into the same number of cells, at least two, most often.
 */
export function findDelimiter(parse: (delimiter: Delimiter) => readonly (readonly string[])[]): Delimiter {
  let best: Delimiter = ',';
  let bestScore = -1;
  for (const delimiter of DELIMITERS) {
    const rows = parse(delimiter);
    const width = rows[0]?.length ?? 0;
    const even = rows.filter((row) => row.length === width).length / Math.max(1, rows.length);
    const named = rows[0] !== undefined && findColumns(rows[0])?.header === true ? 10 : 0;
    const score = width < 2 ? 0 : named + even;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}
