import { createHash } from 'node:crypto';
import { type FileFault, FileRefused } from '#lib/material/formats.ts';
import { oneLine } from '#lib/material/hidden-text.ts';
import type { Item } from '#lib/material/items.ts';
import { readMaterial } from '#lib/material/material.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { ReleaseBuilder } from '#lib/retrieval/build.ts';
import { detectLanguage } from '#lib/retrieval/language.ts';
import { cutPassages } from '#lib/retrieval/passages.ts';

export interface FileToRead {
  readonly fileName: string;
  readonly content: Uint8Array;
  /** Resource name of the file. */
  readonly source: string;
  /** The language where the content does not tell; '' where nobody knows. */
  readonly language: string;
}

/** A file as it is kept: an index of its passages, and how it begins. */
export type FileRead =
  | { readonly artifact: Uint8Array; readonly opening: readonly Passage[]; readonly passageCount: number }
  | { readonly fault: FileFault };

/** So much of a file's beginning answers what names none of its words, such as "what is this about?". In characters. */
const OPENING = 2_000;
const MAX_TITLE = 200;

/** Reads a file into an index. Takes CPU, a second for 10 MiB: it belongs in a worker thread. */
export function readSessionFile(file: FileToRead): FileRead {
  try {
    return index(file, passagesOf(file.fileName, file));
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    // A table of anything, not of questions and answers, is read as it stands.
    const { reason } = error.fault;
    if (reason !== 'FILE_COLUMNS_MISSING' && reason !== 'FILE_ROWS_REJECTED') return { fault: error.fault };
    return asText(file);
  }
}

function asText(file: FileToRead): FileRead {
  try {
    return index(file, passagesOf('table.txt', file));
  } catch (error) {
    if (error instanceof FileRefused) return { fault: error.fault };
    throw error;
  }
}

function index(file: FileToRead, passages: readonly Passage[]): FileRead {
  const builder = new ReleaseBuilder({
    assistant: '',
    snapshotSha256: '',
    persona: '',
    displayName: '',
    description: '',
    languages: file.language === '' ? [] : [file.language],
  });
  const opening: Passage[] = [];
  let room = OPENING;
  for (const passage of passages) {
    builder.add(passage);
    if (room > 0) opening.push(passage);
    room -= passage.text.length;
  }
  return { artifact: builder.finish(), opening, passageCount: passages.length };
}

function passagesOf(readAs: string, { fileName, content, source, language }: FileToRead): Passage[] {
  const detect = (text: string): string => detectLanguage(text, language);
  const version = createHash('sha256').update(content).digest('hex');
  const about = { source, title: oneLine(fileName).slice(0, MAX_TITLE), version };
  const passages: Passage[] = [];
  let locale = language;
  for (const { item } of readMaterial(readAs, content, '', { detect, cut: cutPassages })) {
    const passage = toPassage(item);
    if (passage !== undefined) passages.push({ ...about, ...passage });
    if (item.kind === 'document') locale = item.locale;
  }
  return passages.map((passage) => (passage.locale === '' ? { ...passage, locale } : passage));
}

function toPassage(item: Item): Omit<Passage, 'source' | 'title' | 'version'> | undefined {
  if (item.kind === 'passage') {
    return { kind: 'passage', text: item.text, question: '', locale: '', locator: item.locator };
  }
  if (item.kind !== 'example') return undefined;
  const { answer, question, locale, row } = item;
  return { kind: 'example', text: answer, question, locale, locator: `row ${row}` };
}
