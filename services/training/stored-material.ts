import type { Collection } from '#lib/documents/port.ts';
import type { DocumentItem, ExampleItem, Item, PassageItem } from '#lib/material/items.ts';
import { forEachBounded } from './bounded.ts';
import { type DocumentRecord, documentId, type PassageRecord, passageKey } from './documents.ts';
import { type ExampleRecord, exampleId } from './examples.ts';
import type { ImportRecord } from './imports.ts';
import { lastId } from './names.ts';
import { scanBelow } from './scan.ts';

/** Writes under way at the same time: enough for the store to commit in groups. */
const WRITES = 64;

export interface MaterialCollections {
  readonly examples: Collection<ExampleRecord>;
  readonly documents: Collection<DocumentRecord>;
  readonly passages: Collection<PassageRecord>;
}

/**
 * Puts what was read of a file into its dataset. All writes may be repeated, and those of an older import never replace
 * those of a newer one.
 */
export class StoredMaterial {
  readonly #collections: MaterialCollections;
  readonly #import: ImportRecord;
  readonly #importId: string;

  constructor(collections: MaterialCollections, record: ImportRecord) {
    this.#collections = collections;
    this.#import = record;
    this.#importId = lastId(record.key);
  }

  async store(items: readonly Item[]): Promise<void> {
    const examples = new Map<string, ExampleItem>();
    const passages: PassageItem[] = [];
    const documents: DocumentItem[] = [];
    for (const item of items) {
      // Of two rows with the same question in one batch the later one counts, as it does over batches.
      if (item.kind === 'example') examples.set(exampleId(item.question, item.locale), item);
      else if (item.kind === 'passage') passages.push(item);
      else if (item.kind === 'document') documents.push(item);
    }
    await forEachBounded([...examples], WRITES, ([id, item]) => this.#example(id, item));
    await forEachBounded(passages, WRITES, (item) => this.#passage(item));
    for (const document of documents) await this.#publish(document);
  }

  async #example(id: string, item: ExampleItem): Promise<void> {
    const { examples } = this.#collections;
    const key = `${this.#import.dataset}/${id}`;
    const { question, answer, locale, tags, row } = item;
    const state = 'approved';
    const provenance = { import: this.#importId, file: this.#import.file, row };
    const fields = { question, answer, locale, tags, state, provenance } as const;
    const inserted = await examples.insert({ key, dataset: this.#import.dataset, ...fields });
    if (inserted.ok) return;
    await examples.update(key, { 'provenance.import': { lte: this.#importId } }, { set: fields });
  }

  get #documentKey(): string {
    return `${this.#import.dataset}/${documentId(this.#import.file)}`;
  }

  async #passage({ ordinal, locator, text }: PassageItem): Promise<void> {
    const key = passageKey(this.#documentKey, this.#importId, ordinal);
    const inserted = await this.#collections.passages.insert({ key, locator, text });
    if (!inserted.ok) await this.#collections.passages.update(key, {}, { set: { locator, text } });
  }

  /** Switches the document to this import's passages in one write; those of other editions go afterwards. */
  async #publish({ title, locale, version, passageCount }: DocumentItem): Promise<void> {
    const { documents } = this.#collections;
    const key = this.#documentKey;
    const { dataset, file } = this.#import;
    const fields = { title, locale, version, passageCount, edition: this.#importId, file };
    const inserted = await documents.insert({ key, dataset, ...fields });
    if (!inserted.ok) await documents.update(key, { edition: { lte: this.#importId } }, { set: fields });
    await this.#removeOldPassages(key);
  }

  async #removeOldPassages(document: string): Promise<void> {
    const { documents, passages } = this.#collections;
    const current = await documents.get(document);
    if (current === undefined) return;
    const end = passageKey(document, current.edition, current.passageCount);
    const isCurrent = (key: string) => key >= passageKey(document, current.edition, 0) && key < end;
    for await (const page of scanBelow(passages, document)) {
      const old = page.filter(({ key }) => !isCurrent(key));
      await forEachBounded(old, WRITES, ({ key }) => passages.delete(key, {}));
    }
  }
}
