import type { Clock } from '#lib/clock.ts';
import { LeaseWatch } from '#lib/documents/lease-watch.ts';
import type { Change, Collection, Condition, Document, WriteOptions } from '#lib/documents/port.ts';

/** The right to work on what a document stands for, held by one process at a time. */
export type Lease = {
  readonly owner: string;
  /** Each taking raises it: a process that slept over the end of its lease changes nothing any more. */
  readonly epoch: number;
  /** 0 when nobody holds it. Else it moves with each renewal; about a time in milliseconds, by the clock of who took it. */
  readonly until: number;
};

/** A lease that nobody holds. */
export const FREE: Lease = { owner: '', epoch: 0, until: 0 };

/** How long a lease lasts without being renewed. Nobody waits before a screen: long enough for a machine under load. */
export const LEASE_MS = 30_000;

/** Another process works on this now, or took over in the midst of it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** A document that only the holder of its lease works on. */
export interface Leased extends Document {
  /** Absent: nobody ever held it. */
  readonly lease?: Lease;
}

export interface LeasesParts {
  readonly clock: Clock;
  /** Names this process, and no other that ever ran. */
  readonly owner: string;
  /** Unset: `LEASE_MS`. */
  readonly leaseMs?: number | undefined;
}

/** Takes the leases in the documents of a collection. */
export class Leases<D extends Leased> {
  readonly #collection: Collection<D>;
  readonly #parts: LeasesParts;
  readonly #leaseMs: number;
  readonly #watch: LeaseWatch;

  constructor(collection: Collection<D>, parts: LeasesParts) {
    this.#collection = collection;
    this.#parts = parts;
    this.#leaseMs = parts.leaseMs ?? LEASE_MS;
    this.#watch = new LeaseWatch(this.#leaseMs);
  }

  /**
   * Takes the lease of a document that fulfils a condition. Undefined where another process holds it and renews it, or the condition does
   * not hold.
   */
  async take(key: string, condition: Condition = {}): Promise<HeldLease<D> | undefined> {
    const before = await this.#collection.get(key);
    if (before === undefined) return undefined;
    const { epoch, until } = before.lease ?? FREE;
    if (until !== 0 && this.#watch.remaining(key, `${epoch}.${until}`) > 0) return undefined;
    const unmoved: Condition = before.lease
      ? { 'lease.epoch': { eq: epoch }, 'lease.until': { eq: until } }
      : { 'lease.epoch': { exists: false } };
    const { owner, clock } = this.#parts;
    const lease: Lease = { owner, epoch: epoch + 1, until: clock.now() + this.#leaseMs };
    const taken = await this.#collection.update(key, { ...condition, ...unmoved }, { set: { lease } });
    return taken.ok ? new HeldLease(this.#collection, taken.document, lease.epoch, this.#leaseMs) : undefined;
  }
}

/** A lease that this process holds and renews until it is disposed of. What is written with it holds only while the lease does. */
export class HeldLease<D extends Leased> implements AsyncDisposable {
  readonly epoch: number;
  /** The document as it was when the lease was taken. */
  readonly record: D;
  readonly #collection: Collection<D>;
  readonly #timer: NodeJS.Timeout;

  constructor(collection: Collection<D>, record: D, epoch: number, leaseMs: number) {
    this.#collection = collection;
    this.record = record;
    this.epoch = epoch;
    // Added, not set by the clock: whatever that does, the lease must be seen to move.
    const renewal = { inc: { 'lease.until': Math.ceil(leaseMs / 3) } };
    const renew = () => void this.update({}, renewal).catch(() => undefined);
    this.#timer = setInterval(renew, leaseMs / 3).unref();
  }

  /** Changes the document. False where the condition does not hold. Throws `LeaseLost`. */
  async update(condition: Condition, change: Change, options?: WriteOptions): Promise<boolean> {
    const held = { ...condition, 'lease.epoch': { eq: this.epoch } };
    if ((await this.#collection.update(this.record.key, held, change, options)).ok) return true;
    const now = await this.#collection.get(this.record.key);
    if (now?.lease?.epoch !== this.epoch) throw new LeaseLost('another process took this over');
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    // A lease that is not given back ends by itself.
    await this.update({}, { set: { 'lease.until': 0 } }).catch(() => undefined);
  }
}
