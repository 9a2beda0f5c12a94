import { readCsv } from './csv.ts';
import { type CutPassages, readDocument } from './documents.ts';
import { decodeText } from './encoding.ts';
import { detectFormat, FileRefused } from './formats.ts';
import type { DetectLanguage, Found } from './items.ts';
import { readJsonl } from './jsonl.ts';

/** What reading depends on beside the file. */
export interface Reading {
  readonly detect: DetectLanguage;
  readonly cut: CutPassages;
}

/**
 * Reads a file of any format that can be imported. Throws `FileRefused` where the whole file cannot be taken, also at the
 * end, where not one row of it could be.
 */
export function* readMaterial(file: string, bytes: Uint8Array, locale: string, reading: Reading): Generator<Found> {
  const detected = detectFormat(file, bytes);
  if ('fault' in detected) throw new FileRefused(detected.fault);
  const decoded = decodeText(bytes);
  if (!decoded.ok) throw new Error('the file was text when its format was told');
  const text = decoded.text.replaceAll('\0', '');
  let taken = false;
  for (const found of readText(detected.format, file, text, locale, reading)) {
    taken ||= found.item.kind === 'example' || found.item.kind === 'document';
    yield found;
  }
  if (!taken) throw new FileRefused(nothingTaken(detected.format));
}

function readText(
  format: 'csv' | 'jsonl' | 'markdown' | 'text',
  file: string,
  text: string,
  locale: string,
  { detect, cut }: Reading,
): Generator<Found> {
  if (format === 'csv') return readCsv(text, locale, detect);
  if (format === 'jsonl') return readJsonl(text, locale, detect);
  return readDocument(file, text, format, locale, detect, cut);
}

function nothingTaken(format: string) {
  return {
    reason: 'FILE_ROWS_REJECTED',
    message:
      format === 'csv' || format === 'jsonl'
        ? 'Not one row of the file could be taken; each rejected row says why.'
        : 'The file holds no text that a question could be answered from.',
  } as const;
}
