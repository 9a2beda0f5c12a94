import type { OnProgress, Sums } from '#lib/archive/format.ts';
import { number, progressBar } from '../progress-bar.ts';
import { table } from '../table.ts';
import { StatusLine, type Terminal } from '../terminal.ts';

/** At most so often is a bar drawn, in milliseconds. */
const EVERY_MS = 100;

/** A bar on a terminal while documents and blobs pass by. */
export class ArchiveProgress {
  readonly #status: StatusLine;
  readonly #everyMs: number;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor({ err }: Terminal, everyMs = EVERY_MS) {
    this.#status = new StatusLine(err);
    this.#everyMs = everyMs;
  }

  readonly show: OnProgress = ({ doing, documents, allDocuments, blobs, allBlobs }) => {
    if (performance.now() - this.#shownAt < this.#everyMs) return;
    this.#shownAt = performance.now();
    // A blob weighs as much as some hundred documents.
    const weigh = (d: number, b: number): number => d + b * 200;
    const share = Math.min(1, weigh(documents, blobs) / Math.max(1, weigh(allDocuments, allBlobs)));
    const counts = `${number(documents)} of ${number(allDocuments)} documents, ${blobs} of ${allBlobs} blobs`;
    this.#status.show(`${doing} ${progressBar(share)}  ${counts}`);
  };

  clear(): void {
    this.#status.clear();
  }
}

/** Counts and hashes, a row for each collection and for the blobs of each service. */
export function sumsTable({ out }: Terminal, { collections, blobs }: Sums): string {
  const rows = [
    ...collections.map((one) => [one.service, one.collection, number(one.documents), '', one.sha256.slice(0, 16)]),
    ...blobs.map((one) => [one.service, 'blobs', number(one.blobs), number(one.bytes), one.sha256.slice(0, 16)]),
  ];
  return table(out, ['SERVICE', 'WHAT', 'COUNT', 'BYTES', 'SHA-256'], rows);
}
