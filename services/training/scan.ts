import { setImmediate as turn } from 'node:timers/promises';
import type { Collection, Document } from '#lib/documents/port.ts';
import { below } from './names.ts';

/**
 * Read at once: about a millisecond. An embedded store reads on this thread, so a scan lets the event loop turn between
 * pages.
 */
const PAGE = 100;

/**
 * All documents below a key, in the order of keys, page by page. A page begins behind the last key of the one before,
 * which is one look-up in the store however far the scan has come.
 */
export async function* scanBelow<D extends Document>(
  collection: Collection<D>,
  key: string,
): AsyncGenerator<readonly D[]> {
  const { gt, lt } = below(key);
  let from = gt;
  for (;;) {
    const { documents } = await collection.find({ index: 'key', range: { gt: from, lt }, limit: PAGE });
    const last = documents.at(-1);
    if (last === undefined) return;
    yield documents;
    if (documents.length < PAGE) return;
    await turn();
    from = last.key;
  }
}

/** All documents with these values in an index, in its order. */
export async function* scanEqual<D extends Document>(
  collection: Collection<D>,
  index: string,
  equal: readonly string[],
): AsyncGenerator<D> {
  let after: string | undefined;
  do {
    const page = await collection.find({ index, equal, limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page.documents;
    after = page.next;
    if (after !== undefined) await turn();
  } while (after !== undefined);
}
