import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#lib/clock.ts';
import { type Collection, type Document, type DocumentStore, StoreUnavailable } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { StoreHealth } from './store-health.ts';

/** How replicas tell one another that they live, in milliseconds. */
export interface Heartbeat {
  /** Between two beats. */
  readonly beatMs: number;
  /** Watched for so long without a beat, a replica counts as gone. */
  readonly goneMs: number;
}

export const HEARTBEAT: Heartbeat = { beatMs: 2_000, goneMs: 6_000 };

/** What was begun may be somebody else's by now: whatever runs must end without a trace. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

interface ReplicaRecord extends Document {
  /** The name of one term of one process, and of no other that ever was. */
  readonly key: string;
  /** Rises while it lives. */
  readonly beats: number;
}

/** The time for which this process counts as alive without a break; leases are held for a term. */
export interface Term {
  readonly owner: string;
  /** Aborts when the others have taken this process for dead. */
  readonly ended: AbortSignal;
}

interface OwnTerm extends Term {
  readonly end: AbortController;
  /** When the last beat that was confirmed was sent, by the clock that never jumps and by the one of the host. */
  sentAt: { readonly steady: number; readonly host: number };
}

interface Seen {
  readonly beats: number;
  /** For how long it was watched without a beat, in milliseconds. */
  readonly silentMs: number;
}

export interface ReplicasOptions {
  readonly store: DocumentStore;
  readonly heartbeat: Heartbeat;
  readonly health: StoreHealth;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

/**
 * The replicas of this service that share a store. Each lets its own document beat; who is watched without a beat for long is removed,
 * by one conditional delete, and learns from its next beat that it was. No time of one host is compared with that of another, and time
 * in which the watcher itself did not look counts for nothing, so that neither a clock that jumps nor a store that was away
 * makes a living replica a dead one.
 */
export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #records: Collection<ReplicaRecord>;
  readonly #stopping = new AbortController();
  readonly #goneListeners = new Set<() => void>();
  #term: OwnTerm | undefined;
  #seen = new Map<string, Seen>();
  #lookedAt = 0;
  #beating: Promise<void> | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#records = options.store.collection<ReplicaRecord>({ name: 'replicas', indexes: [] });
  }

  /** Begins to live, as soon as the store is there. */
  start(): void {
    this.#running = this.#run();
  }

  /** The term that runs; undefined while this process is not known to the others. */
  get term(): Term | undefined {
    return this.#term;
  }

  /** Calls back when another replica left or died. */
  onGone(listener: () => void): void {
    this.#goneListeners.add(listener);
  }

  /** Whether nobody can have taken this process for dead yet. */
  #isSure(term: Term): boolean {
    if (term !== this.#term || this.#term === undefined) return false;
    const { steady, host } = this.#term.sentAt;
    const most = this.#options.heartbeat.goneMs / 2;
    // A machine that slept has no steady time to show for it, but the time of the host went on.
    return performance.now() - steady < most && this.#options.clock.now() - host < most;
  }

  /** Resolves when it is sure that the term runs. Rejects with `LeaseLost`, or when the signal aborts. */
  async assure(term: Term, signal: AbortSignal): Promise<void> {
    while (!this.#isSure(term)) {
      if (term !== this.#term) throw new LeaseLost();
      try {
        await this.#beat();
      } catch (error) {
        await this.#options.health.recovered(error, signal);
      }
      signal.throwIfAborted();
    }
  }

  /** Whether a replica left or died. */
  async isGone(owner: string): Promise<boolean> {
    if (owner === '') return true;
    if (this.#seen.has(owner)) return false;
    const record = await this.#records.get(owner);
    if (record !== undefined) this.#seen.set(owner, { beats: record.beats, silentMs: 0 });
    return record === undefined;
  }

  /** Leaves: whatever this process holds is free from now on. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    const term = this.#term;
    this.#term = undefined;
    if (term === undefined) return;
    await this.#records.delete(term.owner, {}).catch((err: unknown) => {
      this.#options.log.warn({ err }, 'the others could not be told of the end; they will notice');
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { heartbeat, health, log } = this.#options;
    for (let round = 0; !signal.aborted; round++) {
      try {
        if (this.#term === undefined) await this.#join();
        else if (round % 2 === 0) await this.#beat();
        await this.#look();
      } catch (error) {
        if (error instanceof StoreUnavailable) health.failed(error);
        else log.error({ err: error }, 'the other replicas could not be watched; trying on');
        this.#seen.clear();
      }
      await sleep(heartbeat.beatMs / 2, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #join(): Promise<void> {
    const { clock, ids, log } = this.#options;
    const end = new AbortController();
    const sentAt = { steady: performance.now(), host: clock.now() };
    const term: OwnTerm = { owner: ids.ordered(clock.now()), ended: end.signal, end, sentAt };
    await this.#records.insert({ key: term.owner, beats: 1 });
    this.#term = term;
    log.info({ replica: term.owner }, 'known to the other replicas');
  }

  #beat(): Promise<void> {
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #beatOnce(): Promise<void> {
    const term = this.#term;
    if (term === undefined) return;
    const sentAt = { steady: performance.now(), host: this.#options.clock.now() };
    const beaten = await this.#records.update(term.owner, {}, { inc: { beats: 1 } });
    if (beaten.ok) {
      term.sentAt = sentAt;
      return;
    }
    this.#term = undefined;
    term.end.abort(new LeaseLost());
    this.#options.log.warn({ replica: term.owner }, 'taken for dead by the other replicas; beginning anew');
  }

  /** Watches the others, and removes those that are silent for too long. */
  async #look(): Promise<void> {
    const { beatMs, goneMs } = this.#options.heartbeat;
    const now = performance.now();
    const sinceLook = Math.min(now - this.#lookedAt, beatMs);
    const { documents } = await this.#records.find({ index: 'key', limit: 1000 });
    const seen = new Map<string, Seen>();
    for (const { key, beats } of documents) {
      if (key === this.#term?.owner) continue;
      const before = this.#seen.get(key);
      const silentMs = before?.beats === beats ? before.silentMs + sinceLook : 0;
      if (silentMs < goneMs || !(await this.#bury(key, beats))) seen.set(key, { beats, silentMs });
    }
    const isSomebodyGone = [...this.#seen.keys()].some((key) => !seen.has(key));
    this.#seen = seen;
    this.#lookedAt = now;
    if (isSomebodyGone) for (const listener of this.#goneListeners) listener();
  }

  async #bury(key: string, beats: number): Promise<boolean> {
    const { ok } = await this.#records.delete(key, { beats: { eq: beats } });
    if (ok) this.#options.log.warn({ replica: key }, 'another replica is gone; its work is taken over');
    return ok;
  }
}
