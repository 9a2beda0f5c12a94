import { createHash } from 'node:crypto';
import { oneLine, stripHidden } from './hidden-text.ts';
import type { DetectLanguage, Found } from './items.ts';

/** A piece of a document as the cutter gives it. */
export interface CutPassage {
  /** Where it stands: the headings above it. */
  readonly locator: string;
  readonly text: string;
}

/** Cuts a text into passages. */
export type CutPassages = (text: string, format: 'markdown' | 'text') => Iterable<CutPassage>;

const MAX_TITLE = 200;

/** The passages of a document and then the document itself. Nothing at all where there is no text to cut. */
export function* readDocument(
  file: string,
  given: string,
  format: 'markdown' | 'text',
  fileLocale: string,
  detect: DetectLanguage,
  cut: CutPassages,
): Generator<Found> {
  const text = stripHidden(given);
  const bytes = Buffer.byteLength(given);
  let ordinal = 0;
  for (const passage of cut(text, format)) {
    if (passage.text.trim() === '') continue;
    yield { item: { kind: 'passage', ordinal, locator: passage.locator, text: passage.text }, bytes: 0 };
    ordinal++;
  }
  if (ordinal === 0) return;
  const title = (format === 'markdown' ? firstHeading(text) : undefined) ?? fileTitle(file);
  const locale = fileLocale !== '' ? fileLocale : detect(text.slice(0, 20_000));
  const version = createHash('sha256').update(text).digest('hex');
  yield { item: { kind: 'document', title, locale, version, passageCount: ordinal }, bytes };
}

/** The first heading of a Markdown text, of either notation, outside of code. */
function firstHeading(markdown: string): string | undefined {
  const prose = markdown.replace(/^ {0,3}(```|~~~)[\s\S]*?(^ {0,3}\1|(?![\s\S]))/gm, '');
  const match = /^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$|^(\S.*)\n {0,3}(?:=+|-{2,})[ \t]*$/m.exec(prose);
  const heading = oneLine((match?.[1] ?? match?.[2] ?? '').replace(/[*_`]/g, ''));
  return heading === '' ? undefined : heading.slice(0, MAX_TITLE);
}

/** The file's name without folders and ending. */
function fileTitle(file: string): string {
  const base = file.split(/[\\/]/).at(-1) ?? file;
  return oneLine(base.replace(/\.[A-Za-z0-9]{1,8}$/, '').replace(/_+/g, ' ')).slice(0, MAX_TITLE) || base;
}
