import type { Collection, CollectionSpec, Document } from '#lib/documents/port.ts';

/** A turn's place in the order of its session. */
export interface Ticket {
  /** Key of the turn's document. */
  readonly turn: string;
  readonly position: number;
}

/** The right to run turns of a session, held by one process at a time. */
export interface Lease {
  readonly owner: string;
  /** Rises each time the lease is taken. */
  readonly epoch: number;
  /** Milliseconds since the epoch; 0 when nobody holds it. */
  readonly until: number;
}

/** One person's conversation with an assistant in a channel. */
export interface SessionRecord extends Document {
  /** `{assistant}/{session}`. */
  readonly key: string;
  readonly assistant: string;
  readonly realm: string;
  /** Chosen by the person; absent: that of each question. */
  readonly language?: string;
  readonly createdAt: number;
  readonly lastTurnAt: number;
  readonly turnCount: number;
  /** Turns accepted earlier are no context for later answers. */
  readonly contextSince: number;
  readonly queue: readonly Ticket[];
  readonly lease: Lease;
}

export const sessionCollection: CollectionSpec<SessionRecord> = {
  name: 'sessions',
  indexes: [
    { name: 'byAssistant', paths: ['assistant', 'lastTurnAt'] },
    { name: 'byRealm', paths: ['assistant', 'realm', 'lastTurnAt'] },
  ],
};

/** How long a lease lasts without being renewed. Long enough for a slow disk, short enough for a person who waits. */
export const LEASE_MS = 15_000;

/** A turn that this process may run now, and the lease it runs under. */
export interface Claim {
  readonly session: SessionRecord;
  readonly turn: string;
  readonly epoch: number;
}

export type Ticketing =
  | { readonly type: 'claimed'; readonly claim: Claim }
  | { readonly type: 'waits' }
  | { readonly type: 'full' };

/** The sessions of this service: their order and their leases. */
export class Sessions {
  readonly #sessions: Collection<SessionRecord>;
  readonly #owner: string;
  readonly #queueLimit: number;

  /** `owner` names this process, and no other that ever ran. */
  constructor(sessions: Collection<SessionRecord>, owner: string, queueLimit: number) {
    this.#sessions = sessions;
    this.#owner = owner;
    this.#queueLimit = queueLimit;
  }

  get(key: string): Promise<SessionRecord | undefined> {
    return this.#sessions.get(key);
  }

  /** Makes a session that nothing was asked in yet. No error where there is one. */
  async create(key: string, assistant: string, realm: string, now: number): Promise<void> {
    await this.#sessions.insert({
      ...blank(key, assistant, realm, now),
      queue: [],
      lease: { owner: '', epoch: 0, until: 0 },
    });
  }

  /** Puts a turn into the order of its session, and claims it at once when nothing waits and nobody holds the lease. */
  async ticket(key: string, assistant: string, realm: string, ticket: Ticket, now: number): Promise<Ticketing> {
    const queued = { set: { lastTurnAt: now }, inc: { turnCount: 1 }, push: { queue: { value: { ...ticket } } } };
    for (;;) {
      const claimed = await this.#sessions.update(
        key,
        { 'queue.0': { exists: false }, 'lease.until': { lt: now } },
        {
          ...queued,
          set: { ...queued.set, 'lease.owner': this.#owner, 'lease.until': now + LEASE_MS },
          inc: { ...queued.inc, 'lease.epoch': 1 },
        },
      );
      if (claimed.ok) return { type: 'claimed', claim: claimOf(claimed.document, ticket.turn) };
      const waits = await this.#sessions.update(
        key,
        { [`queue.${this.#queueLimit - 1}`]: { exists: false }, queue: { lacks: { turn: ticket.turn } } },
        queued,
      );
      if (waits.ok) return { type: 'waits' };
      const session = await this.#sessions.get(key);
      if (session) return session.queue.some(({ turn }) => turn === ticket.turn) ? { type: 'waits' } : { type: 'full' };
      const lease = { owner: this.#owner, epoch: 1, until: now + LEASE_MS };
      const first: SessionRecord = { ...blank(key, assistant, realm, now), turnCount: 1, queue: [ticket], lease };
      if ((await this.#sessions.insert(first)).ok) return { type: 'claimed', claim: claimOf(first, ticket.turn) };
    }
  }

  /** Takes the lease of a session where a turn waits and nobody holds it, and names the turn that is next. */
  async claim(key: string, now: number): Promise<Claim | undefined> {
    const claimed = await this.#sessions.update(
      key,
      { 'queue.0': { exists: true }, 'lease.until': { lt: now } },
      { set: { 'lease.owner': this.#owner, 'lease.until': now + LEASE_MS }, inc: { 'lease.epoch': 1 } },
    );
    if (!claimed.ok) return undefined;
    const next = nextTicket(claimed.document.queue);
    return next && claimOf(claimed.document, next.turn);
  }

  /** False when the lease was lost: whatever runs under it must end without a trace. */
  async renew(claim: Claim, now: number): Promise<boolean> {
    const condition = { 'lease.epoch': { eq: claim.epoch }, 'lease.owner': { eq: this.#owner } };
    return (await this.#sessions.update(claim.session.key, condition, { set: { 'lease.until': now + LEASE_MS } })).ok;
  }

  /** Gives the lease back and takes the turn out of the order. True when other turns wait. */
  async release(claim: Claim): Promise<boolean> {
    const released = await this.#sessions.update(
      claim.session.key,
      { 'lease.epoch': { eq: claim.epoch } },
      { set: { 'lease.until': 0 }, pull: { queue: { turn: claim.turn } } },
      { lazy: true },
    );
    return released.ok && released.document.queue.length > 0;
  }

  /** Gives the lease back and leaves the turn in the order, for another process or the next start. */
  async abandon(claim: Claim): Promise<void> {
    await this.#sessions.update(
      claim.session.key,
      { 'lease.epoch': { eq: claim.epoch } },
      { set: { 'lease.until': 0 } },
    );
  }

  /** Takes a turn out of the order. */
  async dequeue(key: string, turn: string): Promise<void> {
    await this.#sessions.update(key, {}, { pull: { queue: { turn } } });
  }

  /** Puts a turn that was accepted and lost its place at the end of the order. */
  async requeue(key: string, ticket: Ticket): Promise<void> {
    await this.#sessions.update(
      key,
      { queue: { lacks: { turn: ticket.turn } } },
      { push: { queue: { value: { ...ticket } } } },
    );
  }

  /** Declares a lease void whose holder is known to be dead: the process that had this store before us. */
  async voidLease(key: string): Promise<void> {
    await this.#sessions.update(key, { 'lease.owner': { ne: this.#owner } }, { set: { 'lease.until': 0 } });
  }

  async setLanguage(key: string, language: string): Promise<SessionRecord | undefined> {
    const change = language === '' ? { unset: ['language'] } : { set: { language } };
    const updated = await this.#sessions.update(key, {}, change);
    return updated.ok ? updated.document : undefined;
  }

  /** Later answers know nothing of turns accepted before `now`. */
  async beginAnew(key: string, now: number): Promise<SessionRecord | undefined> {
    const updated = await this.#sessions.update(key, {}, { set: { contextSince: now } });
    return updated.ok ? updated.document : undefined;
  }
}

/** The smallest position goes first; among equals, who came first. */
export function nextTicket(queue: readonly Ticket[]): Ticket | undefined {
  return queue.reduce<Ticket | undefined>(
    (first, ticket) => (first && first.position <= ticket.position ? first : ticket),
    undefined,
  );
}

function claimOf(session: SessionRecord, turn: string): Claim {
  return { session, turn, epoch: session.lease.epoch };
}

function blank(key: string, assistant: string, realm: string, now: number): Omit<SessionRecord, 'queue' | 'lease'> {
  return { key, assistant, realm, createdAt: now, lastTurnAt: now, turnCount: 0, contextSince: 0 };
}
