import type { DocumentRecord, PassageRecord } from './documents.ts';
import { scanBelow } from './scan.ts';
import { documentLine, exampleLine } from './snapshot.ts';
import type { MaterialCollections } from './stored-material.ts';

/** Sent at once. */
const PAGE = 100;
/** How often a document is read again that changed while its passages were read. */
const ATTEMPTS = 10;

/** How much a dataset holds. */
export interface DatasetCounts {
  exampleCount: number;
  documentCount: number;
}

/** A page of a snapshot. */
export interface SnapshotPage {
  readonly lines: readonly string[];
  readonly exampleCount: number;
}

/**
 * Everything approved that an assistant has, in the order of keys: examples, then documents. Each example and each
 * document is read as of one moment; never half of a document. `counts` is filled as it goes, by dataset key.
 */
export async function* snapshotPages(
  assistant: string,
  collections: MaterialCollections,
  counts: Map<string, DatasetCounts>,
): AsyncGenerator<SnapshotPage> {
  for await (const page of scanBelow(collections.examples, assistant)) {
    for (const { dataset } of page) countsOf(counts, dataset).exampleCount++;
    const approved = page.filter(({ state }) => state === 'approved');
    yield { lines: approved.map(exampleLine), exampleCount: approved.length };
  }
  for await (const page of scanBelow(collections.documents, assistant)) {
    for (const { key, dataset } of page) {
      const whole = await wholeDocument(key, collections);
      if (whole === undefined) continue;
      countsOf(counts, dataset).documentCount++;
      for (let at = 0; at < whole.passages.length; at += PAGE) {
        const lines = whole.passages.slice(at, at + PAGE).map((passage) => documentLine(whole.document, passage));
        yield { lines, exampleCount: 0 };
      }
    }
  }
}

function countsOf(counts: Map<string, DatasetCounts>, dataset: string): DatasetCounts {
  const known = counts.get(dataset) ?? { exampleCount: 0, documentCount: 0 };
  counts.set(dataset, known);
  return known;
}

/** A document with the passages of one edition. A newer edition may take the old passages away meanwhile: then again. */
async function wholeDocument(
  key: string,
  { documents, passages }: MaterialCollections,
): Promise<{ readonly document: DocumentRecord; readonly passages: readonly PassageRecord[] } | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const document = await documents.get(key);
    if (document === undefined) return undefined;
    const found: PassageRecord[] = [];
    for await (const page of scanBelow(passages, `${key}/${document.edition}`)) found.push(...page);
    if (found.length === document.passageCount) return { document, passages: found };
    // An import that was taken up again may have left more than it published: the first ones count.
    if (found.length > document.passageCount) return { document, passages: found.slice(0, document.passageCount) };
  }
  throw new Error('a document kept changing while it was read');
}
