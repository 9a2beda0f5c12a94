import type { Collection } from '#lib/documents/port.ts';
import { FORMAT_VERSION } from '#lib/retrieval/sections.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { AssistantRecord } from './assistants.ts';
import type { ImportReader } from './import-reading.ts';
import type { ImportRecord } from './imports.ts';
import { FREE } from './leases.ts';
import type { ReleaseRecord } from './releases.ts';
import { scanEqual } from './scan.ts';
import type { Trainer } from './trainer.ts';

export interface ResumingParts {
  readonly trainer: Trainer;
  readonly reader: ImportReader;
  readonly assistants: Collection<AssistantRecord>;
  readonly imports: Collection<ImportRecord>;
  readonly releases: Collection<ReleaseRecord>;
}

/** Declares all leases void: only where no other process can be working on this store. */
export async function voidLeases({ assistants, imports }: ResumingParts): Promise<void> {
  for await (const { key, lease } of scanEqual(assistants, 'key', [])) {
    if (lease.until > 0) await assistants.update(key, {}, { set: { 'lease.until': 0 } });
  }
  for await (const { key, lease = FREE } of scanEqual(imports, 'state', ['reading'])) {
    if (lease.until > 0) await imports.update(key, {}, { set: { 'lease.until': 0 } });
  }
}

/** What this program cannot read any more gets a release that it can. */
export async function renewReleases({ trainer, assistants, releases }: ResumingParts): Promise<void> {
  for await (const { key, active } of scanEqual(assistants, 'key', [])) {
    const release = active === undefined ? undefined : await releases.get(`${key}/${active.release}`);
    if (active !== undefined && release?.format !== FORMAT_VERSION) trainer.wake(key, true);
  }
}

/** Takes up what was accepted and is neither read nor trained, as far as no other process is at it. */
export async function takeUp({ trainer, reader, imports }: ResumingParts): Promise<void> {
  const assistantsWith = async (state: string) => {
    const found = new Set<string>();
    for await (const { assistant } of scanEqual(imports, 'state', [state])) found.add(assistant);
    return found;
  };
  for (const assistant of await assistantsWith('reading')) reader.wake(assistant);
  for (const assistant of await assistantsWith('training')) trainer.attend(assistant);
}

/** Takes up again and again what a process left that died. */
export class TakingUp implements Disposable {
  readonly #parts: ResumingParts;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #isBusy = false;

  constructor(parts: ResumingParts, log: Logger, everyMs: number) {
    this.#parts = parts;
    this.#log = log;
    this.#timer = setInterval(() => void this.#look(), everyMs).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await takeUp(this.#parts);
    } catch (error) {
      this.#log.warn({ err: error }, 'imports could not be looked after; tried again later');
    } finally {
      this.#isBusy = false;
    }
  }
}
