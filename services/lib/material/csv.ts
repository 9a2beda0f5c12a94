import { parse } from 'csv-parse/sync';
import { type Columns, type Delimiter, findColumns, findDelimiter } from './columns.ts';
import { FileRefused } from './formats.ts';
import type { DetectLanguage, Found, RejectedItem } from './items.ts';
import { splitTags, toExample } from './rows.ts';

/** A record longer than this has lost its closing quotation mark. */
const MAX_RECORD = 256 * 1024;
/** After so many broken quotations the marks of a file mean nothing, and the rest is read without them. */
const MAX_BREAKS = 1_000;

/** The rows of a CSV or TSV text, good and bad, in order; blank rows are counted and passed over. Throws `FileRefused` where the columns cannot be told. */
export function* readCsv(text: string, fileLocale: string, detect: DetectLanguage): Generator<Found> {
  const bytes = Buffer.from(text);
  const delimiter = findDelimiter((candidate) => firstRows(text, candidate));
  let columns: Columns | undefined;
  let row = 0;
  for (const record of records(bytes, delimiter, () => columns?.width)) {
    if (columns === undefined) {
      columns = findColumns(record.cells ?? []);
      if (columns === undefined) throw columnsMissing(record.cells ?? []);
      if (columns.header) continue;
    }
    row++;
    const { cells } = record;
    if (cells?.every((cell) => cell.trim() === '')) continue;
    const item = cells === undefined ? rejected(row, record.fault) : toItem(row, cells, columns, fileLocale, detect);
    yield { item, bytes: record.end };
  }
}

function toItem(row: number, cells: readonly string[], columns: Columns, fileLocale: string, detect: DetectLanguage) {
  if (cells.length !== columns.width) {
    return rejected(row, `the row has ${cells.length} cells; ${columns.width} are expected`);
  }
  const cell = (at: number | undefined) => (at === undefined ? '' : (cells[at] ?? ''));
  const raw = {
    question: cell(columns.question),
    answer: cell(columns.answer),
    locale: cell(columns.locale),
    tags: splitTags(cell(columns.tags)),
  };
  return toExample(row, raw, fileLocale, detect);
}

function rejected(row: number, reason: string): RejectedItem {
  return { kind: 'rejected', row, reason };
}

function columnsMissing(firstRow: readonly string[]): FileRefused {
  const shown = firstRow.length === 1 ? 'one column' : `${firstRow.length} columns`;
  return new FileRefused({
    reason: 'FILE_COLUMNS_MISSING',
    message: `The first row has ${shown} and does not name both a question and an answer. Name them question and answer.`,
  });
}

/** One record of the file: its cells, or why they cannot be told. `end` counts bytes from the start of the file. */
type CsvRecord =
  | { readonly cells: readonly string[]; readonly end: number }
  | { readonly cells: undefined; readonly fault: string; readonly end: number };

/**
 * Parses stretch by stretch: where a quotation mark is opened and never closed, the line that opened it is given up and
 * parsing goes on with the next line, so that one bad row costs no good one.
 */
function* records(bytes: Buffer, delimiter: Delimiter, width: () => number | undefined): Generator<CsvRecord> {
  let start = 0;
  for (let breaks = 0; start < bytes.length; breaks++) {
    const stretch = parseStretch(bytes.subarray(start), delimiter, breaks < MAX_BREAKS, width());
    for (const { cells, end } of stretch.records) yield { cells, end: start + end };
    if (!stretch.broken) return;
    const badLine = start + (stretch.records.at(-1)?.end ?? 0);
    const newline = bytes.indexOf(0x0a, badLine);
    start = newline < 0 ? bytes.length : newline + 1;
    yield { cells: undefined, fault: 'a quotation mark is opened and not closed where a cell ends', end: start };
  }
}

interface Stretch {
  readonly records: { readonly cells: string[]; readonly end: number }[];
  /** Whether parsing ended at a quotation that cannot be followed. */
  readonly broken: boolean;
}

function parseStretch(bytes: Buffer, delimiter: Delimiter, quotes: boolean, given: number | undefined): Stretch {
  const stretch: Stretch['records'] = [];
  let width = given;
  let lines = 0;
  let faulty = false;
  try {
    parse(bytes, {
      delimiter,
      quote: quotes ? '"' : null,
      relax_quotes: true,
      relax_column_count: true,
      max_record_size: MAX_RECORD,
      on_record: (cells: string[], context) => {
        width ??= cells.length;
        // Several lines that make no whole row: a quotation ran away over the rows that follow it.
        faulty = quotes && cells.length !== width && context.lines - lines > 2;
        if (faulty) throw new RunawayQuotation();
        lines = context.lines;
        stretch.push({ cells, end: context.bytes });
        return null;
      },
    });
    return { records: stretch, broken: false };
  } catch (error) {
    if (faulty || (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'))) {
      return { records: stretch, broken: true };
    }
    throw error;
  }
}

class RunawayQuotation extends Error {}

/** The first rows, for telling the delimiter: of the first lines only, without regard to what goes wrong in them. */
function firstRows(text: string, delimiter: Delimiter): readonly (readonly string[])[] {
  const head = text.slice(0, 16_384).split('\n').slice(0, 20).join('\n');
  const { records: rows } = parseStretch(Buffer.from(head), delimiter, true, undefined);
  return rows.map(({ cells }) => cells);
}
