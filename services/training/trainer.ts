import type { Collection } from '#lib/documents/port.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { inSpan } from '#lib/telemetry/traces.ts';
import { removeSuperseded } from './artifact-removal.ts';
import type { AssistantRecord } from './assistants.ts';
import { forEachBounded } from './bounded.ts';
import type { ImportRecord } from './imports.ts';
import { LeaseLost, type Leases } from './leases.ts';
import type { Measures } from './measures.ts';
import { decideRun } from './run-timing.ts';
import { RUN_KEPT_MS, type RunRecord } from './runs.ts';
import { scanEqual } from './scan.ts';
import { type RunResult, type TrainingRunParts, trainingRun } from './training-run.ts';

export interface TrainerParts extends TrainingRunParts {
  readonly leases: Leases<AssistantRecord>;
  readonly imports: Collection<ImportRecord>;
  readonly runs: Collection<RunRecord>;
  readonly log: Logger;
  /** An import waits for others at most so long, in milliseconds. */
  readonly joinLimitMs: number;
  /** So long no import must have come or been read before a run begins, in milliseconds. */
  readonly quietMs: number;
  readonly measures: Measures;
}

const ATTEMPTS = 3;
const RETRY_MS = 2_000;

interface Attended {
  lastActivity: number;
  attempts: number;
  /** Whether a run is due even if no import waits for one. */
  due: boolean;
  timer?: NodeJS.Timeout;
  running?: Promise<void>;
}

/** Trains assistants when their imports have been read: one run at a time for each, joined over imports that overlap. */
export class Trainer {
  readonly #parts: TrainerParts;
  readonly #attended = new Map<string, Attended>();
  #stopped = false;

  constructor(parts: TrainerParts) {
    this.#parts = parts;
  }

  /** Something happened to an import of the assistant; or, with `due`, it needs another release in any case. */
  wake(assistant: string, due = false): void {
    const attended = this.#attended.get(assistant) ?? { lastActivity: 0, attempts: 0, due: false };
    this.#attended.set(assistant, attended);
    attended.due ||= due;
    attended.lastActivity = this.#parts.clock.now();
    this.#look(assistant, attended, 0);
  }

  /** Looks whether an assistant needs training that nobody here looks after: its imports may come from another process. */
  attend(assistant: string): void {
    if (!this.#attended.has(assistant)) this.wake(assistant);
  }

  /** Lets runs that are under way end; what waits is taken up by the next process. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#attended.values()) clearTimeout(timer);
    await Promise.all([...this.#attended.values()].map(({ running }) => running));
  }

  /** Looks after a time whether a run is due, unless one is under way: that looks again at its end. */
  #look(assistant: string, attended: Attended, afterMs: number): void {
    clearTimeout(attended.timer);
    if (this.#stopped || attended.running !== undefined) return;
    attended.timer = setTimeout(() => {
      if (this.#stopped || attended.running !== undefined) return;
      attended.running = this.#attend(assistant, attended)
        .catch((error: unknown) => {
          this.#parts.log.warn({ err: error, assistant }, 'training could not begin');
          return RETRY_MS;
        })
        .then((again) => {
          delete attended.running;
          if (again === undefined) this.#attended.delete(assistant);
          else this.#look(assistant, attended, again);
        });
    }, afterMs).unref();
  }

  /** Runs if it is time. Gives after how many milliseconds to look again; undefined when nothing is left to do. */
  async #attend(assistant: string, attended: Attended): Promise<number | undefined> {
    const { imports, clock, joinLimitMs, quietMs } = this.#parts;
    const first = async (state: string) =>
      (await imports.find({ index: 'assistantState', equal: [assistant, state], limit: 1 })).documents[0];
    const seen = attended.lastActivity;
    const waiting = await first('training');
    const timing = decideRun({
      reading: (await first('reading')) !== undefined,
      waitingSince: waiting?.readTime ?? (attended.due ? clock.now() : undefined),
      lastActivity: attended.lastActivity,
      now: clock.now(),
      joinLimitMs,
      quietMs,
    });
    if (timing.decision === 'wait') return Math.max(5, timing.until - clock.now());
    if (timing.decision === 'nothing') return attended.lastActivity === seen ? undefined : 0;
    const ended = await this.#run(assistant, attended.due);
    if (ended === 'held') return RETRY_MS;
    if (ended === 'done') {
      attended.attempts = 0;
      attended.due = false;
    } else if (++attended.attempts >= ATTEMPTS) {
      attended.attempts = 0;
      attended.due = false;
      await this.#fail(assistant, ended.failureId);
    } else return RETRY_MS * attended.attempts;
    return 0;
  }

  async #run(assistant: string, due: boolean): Promise<'done' | 'held' | { readonly failureId: string }> {
    const { leases, clock, ids, log, runs, measures } = this.#parts;
    await using lease = await leases.take(assistant);
    if (lease === undefined) return 'held';
    const waiting = await this.#waiting(assistant);
    // Another process may have trained it since we looked.
    if (waiting.length === 0 && !due) return 'done';
    const startTime = clock.now();
    const key = `${assistant}/${ids.ordered(startTime)}`;
    const begun: RunRecord = {
      key,
      assistant,
      epoch: lease.epoch,
      outcome: 'running',
      importCount: waiting.length,
      startTime,
      expireTime: startTime + RUN_KEPT_MS,
    };
    await runs.insert(begun);
    try {
      const result = await inSpan('training run', {}, () => trainingRun(lease, this.#parts));
      await this.#release(waiting, result);
      await runs.update(key, {}, { set: { ...result, endTime: clock.now() } });
      await removeSuperseded(assistant, result.release, this.#parts);
      measures.runEnded(result.outcome, clock.now() - startTime);
      log.info({ assistant, ...result, imports: waiting.length, ms: clock.now() - startTime }, 'training run ended');
      return 'done';
    } catch (error) {
      // Broken off by the end of the process: the next one takes the run up.
      if (this.#stopped) return 'held';
      const failureId = ids.random();
      measures.runEnded('failed', clock.now() - startTime);
      log.error({ err: error, id: failureId, assistant }, 'training run failed');
      await runs.update(key, {}, { set: { outcome: 'failed', failureId, endTime: clock.now() } });
      return error instanceof LeaseLost ? 'held' : { failureId };
    }
  }

  /** The keys of the imports that have been read: what a run that begins now will hold. */
  async #waiting(assistant: string): Promise<string[]> {
    const keys: string[] = [];
    const waiting = scanEqual(this.#parts.imports, 'assistantState', [assistant, 'training']);
    for await (const { key } of waiting) keys.push(key);
    return keys;
  }

  async #release(keys: readonly string[], { release }: RunResult): Promise<void> {
    const set = { state: 'released', release, finishTime: this.#parts.clock.now() };
    await forEachBounded(keys, 32, (key) => this.#parts.imports.update(key, { state: { eq: 'training' } }, { set }));
  }

  /** What was read stays in its datasets; the next run that succeeds holds it. */
  async #fail(assistant: string, id: string): Promise<void> {
    const message = `The training run failed; the log holds the cause under ${id}. What was read is kept: import anything to try again.`;
    const set = { state: 'failed', failure: { reason: 'RUN_FAILED', message }, finishTime: this.#parts.clock.now() };
    const keys = await this.#waiting(assistant);
    await forEachBounded(keys, 32, (key) => this.#parts.imports.update(key, { state: { eq: 'training' } }, { set }));
  }
}
