import { type FileFault, FileRefused } from '#lib/material/formats.ts';
import type { Found, Item } from '#lib/material/items.ts';
import { readMaterial } from '#lib/material/material.ts';
import { detectLanguage } from '#lib/retrieval/language.ts';
import { cutPassages } from '#lib/retrieval/passages.ts';
import { answer } from '#lib/threads/answering.ts';

export interface OpenMaterial {
  readonly job: string;
  readonly file: string;
  readonly bytes: Uint8Array;
  /** '' where each row tells. */
  readonly locale: string;
  /** Decides the language of a row that leaves it open. */
  readonly hint: string;
}

/** The next items of a file. `done` comes with the last ones. */
export interface MaterialBatch {
  readonly items: readonly Item[];
  /** How many bytes of the file have been read. */
  readonly bytes: number;
  readonly done: boolean;
  /** Why the whole file cannot be taken; nothing of it was then to be kept. */
  readonly fault?: FileFault;
}

/** A batch ends at so many items or so many characters, whichever comes first: a few milliseconds of work for the asker. */
const BATCH_ITEMS = 100;
const BATCH_CHARACTERS = 128 * 1024;

const open = new Map<string, Generator<Found>>();

answer({
  open: ({ job, file, bytes, locale, hint }: OpenMaterial) => {
    const reading = { detect: (text: string) => detectLanguage(text, hint), cut: cutPassages };
    open.set(job, readMaterial(file, bytes, locale, reading));
  },
  next: (job: string): MaterialBatch => {
    const reader = open.get(job);
    if (reader === undefined) throw new Error('no such reading');
    return nextBatch(reader);
  },
  close: (job: string) => {
    open.delete(job);
  },
});

function nextBatch(reader: Generator<Found>): MaterialBatch {
  const items: Item[] = [];
  let characters = 0;
  let bytes = 0;
  while (items.length < BATCH_ITEMS && characters < BATCH_CHARACTERS) {
    let next: IteratorResult<Found>;
    try {
      next = reader.next();
    } catch (error) {
      if (error instanceof FileRefused) return { items, bytes, done: true, fault: error.fault };
      throw error;
    }
    if (next.done) return { items, bytes, done: true };
    items.push(next.value.item);
    characters += sizeOf(next.value.item);
    bytes = Math.max(bytes, next.value.bytes);
  }
  return { items, bytes, done: false };
}

function sizeOf(item: Item): number {
  if (item.kind === 'example') return item.question.length + item.answer.length;
  return item.kind === 'passage' ? item.text.length : 100;
}
