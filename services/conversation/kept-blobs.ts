import { hashOf } from '#lib/blobs/contents.ts';
import type { BlobStore } from '#lib/blobs/port.ts';
import type { Clock } from '#lib/clock.ts';
import type { Collection, CollectionSpec, Document } from '#lib/documents/port.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** What is to be removed, and when. Written before the blob itself, so that no blob stays for ever. */
export interface KeptBlobRecord extends Document {
  /** The blob's name. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export const keptBlobCollection: CollectionSpec<KeptBlobRecord> = {
  name: 'keptBlobs',
  indexes: [{ name: 'byEnd', paths: ['until'] }],
};

/** A blob, and how many of its bytes are content. */
export type KeptBlob = { readonly blob: string; readonly size: number };

export interface KeptBlobsParts {
  readonly blobs: BlobStore;
  readonly kept: Collection<KeptBlobRecord>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often what is past its time is looked for, in milliseconds; unset: 10 minutes. */
  readonly sweepMs?: number;
}

const SWEEP_MS = 600_000;
const SWEEP_PAGE = 100;

/** What people sent, kept for a time. Blobs of different owners differ even where their content does not: each may be removed by itself. */
export class KeptBlobs implements Disposable {
  readonly #parts: KeptBlobsParts;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: KeptBlobsParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#sweep(), parts.sweepMs ?? SWEEP_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Keeps content for its owner, who is told from all others by a name, until a time in milliseconds since the epoch. */
  async keep(owner: string, content: Uint8Array, until: number): Promise<KeptBlob> {
    const { blobs, kept } = this.#parts;
    const bytes = Buffer.concat([content, Buffer.from(owner)]);
    const key = await hashOf(bytes);
    const noted = await kept.insert({ key, until });
    if (!noted.ok) await kept.update(key, {}, { max: { until } });
    return { blob: await blobs.put(bytes), size: content.length };
  }

  /** The content. Throws `BlobMissing` where it is gone. */
  async read({ blob, size }: KeptBlob): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const chunk of this.#parts.blobs.read(blob)) {
      bytes.set(chunk.subarray(0, Math.max(0, size - at)), Math.min(at, size));
      at += chunk.length;
    }
    return bytes;
  }

  /** Removes the blob now. */
  async remove(blob: string): Promise<void> {
    await this.#parts.blobs.remove(blob);
    await this.#parts.kept.delete(blob, {});
  }

  async #sweep(): Promise<void> {
    const { kept, clock, log } = this.#parts;
    try {
      const over = await kept.find({ index: 'byEnd', range: { gt: 0, lt: clock.now() }, limit: SWEEP_PAGE });
      for (const { key } of over.documents) await this.remove(key);
    } catch (error) {
      log.warn({ err: error }, 'files that are past their time could not be removed; tried again later');
    }
  }
}
