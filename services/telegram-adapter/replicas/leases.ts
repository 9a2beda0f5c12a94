import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';
import type { Replicas, Term } from './replicas.ts';

interface LeaseRecord extends Document {
  /** What is held. */
  readonly key: string;
  /** Whose it is; empty when it is nobody's. */
  readonly owner: string;
  /** Rises each time it is taken. */
  readonly epoch: number;
}

/** The right to do something that one replica at a time may do. */
export interface Lease {
  readonly key: string;
  readonly epoch: number;
  /** The lease is held as long as the term runs, unless it is given back. */
  readonly term: Term;
}

/** Leases that the replicas hold while they live: nothing is written to keep one. */
export class Leases {
  readonly #records: Collection<LeaseRecord>;
  readonly #replicas: Replicas;
  readonly #onTakeover: (key: string) => void;

  /** `onTakeover` is told of leases taken from replicas that died or left without giving them back. */
  constructor(store: DocumentStore, replicas: Replicas, onTakeover: (key: string) => void) {
    this.#records = store.collection<LeaseRecord>({ name: 'leases', indexes: [] });
    this.#replicas = replicas;
    this.#onTakeover = onTakeover;
  }

  /**
   * Takes a lease that this process does not hold; undefined when another replica holds it. `likely` tells that it is probably free:
   * that costs less then. Rejects with `StoreUnavailable`.
   */
  async take(key: string, likely: boolean): Promise<Lease | undefined> {
    const { term } = this.#replicas;
    if (term === undefined) return undefined;
    const change = { set: { owner: term.owner }, inc: { epoch: 1 } };
    if (likely) {
      const free = await this.#records.update(key, { owner: { eq: '' } }, change);
      if (free.ok) return { key, epoch: free.document.epoch, term };
    }
    const found = await this.#records.get(key);
    if (found === undefined) {
      const { ok } = await this.#records.insert({ key, owner: term.owner, epoch: 1 });
      return ok ? { key, epoch: 1, term } : undefined;
    }
    // One of our own that we do not know of: the store did not tell what became of taking it, or of giving it back.
    const isOwn = found.owner === term.owner;
    if (!isOwn && !(await this.#replicas.isGone(found.owner))) return undefined;
    const condition = { owner: { eq: found.owner }, epoch: { eq: found.epoch } };
    const taken = await this.#records.update(key, condition, change);
    if (!taken.ok) return undefined;
    if (!isOwn && found.owner !== '') this.#onTakeover(key);
    return { key, epoch: taken.document.epoch, term };
  }

  /** Rejects with `StoreUnavailable`; then this process may take it again, and the others when it ends. */
  async giveBack({ key, epoch, term }: Lease): Promise<void> {
    const condition = { owner: { eq: term.owner }, epoch: { eq: epoch } };
    await this.#records.update(key, condition, { set: { owner: '' } }, { lazy: true });
  }
}
