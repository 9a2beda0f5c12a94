import type { Clock } from '#lib/clock.ts';
import { type Collection, StoreUnavailable } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import type { FileFault } from '#lib/material/formats.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Thread } from '#lib/threads/thread.ts';
import { pause } from './bounded.ts';
import type { DatasetRecord } from './datasets.ts';
import type { ImportFiles } from './import-files.ts';
import { countItems, NOTHING_READ, type ReadCounts } from './import-progress.ts';
import type { ImportRecord } from './imports.ts';
import { type HeldLease, LeaseLost, type Leases } from './leases.ts';
import type { Measures } from './measures.ts';
import { type MaterialCollections, StoredMaterial } from './stored-material.ts';
import type { MaterialBatch } from './threads/material.worker.ts';

export interface ImportReaderParts extends MaterialCollections {
  readonly imports: Collection<ImportRecord>;
  readonly leases: Leases<ImportRecord>;
  readonly datasets: Collection<DatasetRecord>;
  readonly files: ImportFiles;
  readonly measures: Measures;
  readonly thread: Thread;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Told when an import of the assistant has been read to its end, well or badly. */
  readonly onRead: (assistant: string) => void;
}

/** Assistants whose files are read at the same time; the files of one are read one after the other. */
const LANES = 2;
/** How often a file is tried again that could not be read for a reason of ours. */
const ATTEMPTS = 3;
const RETRY_MS = 1_000;
/** The record tells of progress about this often. */
const PROGRESS_MS = 300;

const READING = { state: { eq: 'reading' } } as const;
/** How many of the oldest are looked at for one that no other process reads. */
const CANDIDATES = 20;

/**
 * Reads imported files into datasets: by itself, oldest first, each under the lease of its import, and again from the start where a process
 * ended midway.
 */
export class ImportReader {
  readonly #parts: ImportReaderParts;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<string>();
  readonly #lanes = new Set<Promise<void>>();
  readonly #busy = new Set<string>();

  constructor(parts: ImportReaderParts) {
    this.#parts = parts;
  }

  /** Reads what the assistant has to read. */
  wake(assistant: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#waiting.add(assistant);
    this.#dispatch();
  }

  /** Ends after the batches under way; what is half read is resumed by the next process. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#lanes);
  }

  #dispatch(): void {
    for (const assistant of this.#waiting) {
      if (this.#lanes.size >= LANES) return;
      if (this.#busy.has(assistant)) continue;
      this.#waiting.delete(assistant);
      this.#busy.add(assistant);
      const lane = this.#readAll(assistant).finally(() => {
        this.#busy.delete(assistant);
        this.#lanes.delete(lane);
        if (!this.#stopping.signal.aborted) this.#dispatch();
      });
      this.#lanes.add(lane);
    }
  }

  async #readAll(assistant: string): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await using lease = await this.#take(assistant);
        if (lease === undefined) return;
        await this.#readPatiently(lease);
      } catch (error) {
        if (signal.aborted) return;
        this.#parts.log.warn({ err: error, assistant }, 'imports could not be read; tried again');
        await pause(RETRY_MS, signal);
      }
      if (!signal.aborted) this.#parts.onRead(assistant);
    }
  }

  /** The lease of the oldest import that waits and that no other process reads. */
  async #take(assistant: string): Promise<HeldLease<ImportRecord> | undefined> {
    const query = { index: 'assistantState', equal: [assistant, 'reading'], limit: CANDIDATES };
    for (const { key } of (await this.#parts.imports.find(query)).documents) {
      const lease = await this.#parts.leases.take(key, READING);
      if (lease !== undefined) return lease;
    }
    return undefined;
  }

  /** Reads an import, again where that fails for a reason of ours. Gives it up after some attempts, and leaves it to who took it over. */
  async #readPatiently(lease: HeldLease<ImportRecord>): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; ) {
      try {
        return await this.#read(lease);
      } catch (error) {
        if (signal.aborted || error instanceof LeaseLost) return;
        this.#parts.log.warn({ err: error, import: lease.record.key }, 'reading an import failed');
        if (!(error instanceof StoreUnavailable) && attempt++ >= ATTEMPTS) return this.#giveUp(lease, error);
        await pause(RETRY_MS * attempt, signal);
      }
    }
  }

  async #read(lease: HeldLease<ImportRecord>): Promise<void> {
    const { record } = lease;
    const { thread, files, clock } = this.#parts;
    const { signal } = this.#stopping;
    const material = new StoredMaterial(this.#parts, record);
    using _held = thread.hold();
    const bytes = await files.read(record);
    await thread.ask(
      'open',
      { job: record.key, file: record.file, bytes, locale: record.locale, hint: record.localeHint },
      [bytes.buffer],
    );
    let counts = NOTHING_READ;
    let told = clock.now();
    let fault: FileFault | undefined;
    let next: Promise<MaterialBatch> | undefined = this.#next(record);
    try {
      while (next !== undefined) {
        const batch: MaterialBatch = await next;
        // The thread reads on while this batch is stored.
        next = batch.done ? undefined : this.#next(record);
        await material.store(batch.items);
        counts = countItems(counts, batch.items, batch.bytes, record.fileSize);
        fault = batch.fault;
        if (signal.aborted) return;
        if (next !== undefined && clock.now() - told >= PROGRESS_MS) {
          told = clock.now();
          await lease.update(READING, { set: counts });
        }
      }
    } finally {
      await next?.catch(() => undefined);
      await thread.ask('close', record.key).catch(() => undefined);
    }
    await this.#end(lease, counts, fault);
  }

  /** Writes down that the file has been read, and lets go of it. */
  async #end(lease: HeldLease<ImportRecord>, counts: ReadCounts, fault: FileFault | undefined): Promise<void> {
    const { record } = lease;
    const { datasets, files, measures, clock } = this.#parts;
    const now = clock.now();
    const failure = fault && { reason: fault.reason, message: fault.message };
    const set = failure
      ? { ...counts, state: 'failed', failure, finishTime: now }
      : { ...counts, state: 'training', progressPercent: 100, readTime: now };
    await lease.update(READING, { set });
    if (failure === undefined) await datasets.update(record.dataset, {}, { max: { updateTime: now } });
    measures.importRead(failure === undefined ? 'read' : 'failed', counts);
    await files.done(record);
  }

  #next(record: ImportRecord): Promise<MaterialBatch> {
    const batch = this.#parts.thread.ask<MaterialBatch>('next', record.key);
    // Awaited a batch later; a failure until then is not unhandled.
    batch.catch(() => undefined);
    return batch;
  }

  async #giveUp(lease: HeldLease<ImportRecord>, error: unknown): Promise<void> {
    const id = this.#parts.ids.random();
    this.#parts.log.error({ err: error, id, import: lease.record.key }, 'an import was given up');
    const message = `The file could not be read, for a reason of ours. The log holds it under ${id}; import it again.`;
    const set = { state: 'failed', failure: { reason: 'RUN_FAILED', message }, finishTime: this.#parts.clock.now() };
    await lease.update(READING, { set });
    await this.#parts.files.done(lease.record);
  }
}
