import { LeaseWatch } from '#lib/documents/lease-watch.ts';
import type { Collection, CollectionSpec, Document } from '#lib/documents/port.ts';
import type { HandoffRecord } from './handoff.ts';
import type { SessionFile } from './session-files.ts';

/** A turn's place in the order of its session. */
export interface Ticket {
  /** Key of the turn's document. */
  readonly turn: string;
  /** 0: none was asked for; it goes by its arrival. Below 0: before all others. */
  readonly position: number;
  /** The turn's first attempt was begun with its insert, and its lease taken with this ticket. */
  readonly begun?: boolean;
}

/** The right to run turns of a session, held by one process at a time. */
export interface Lease {
  readonly owner: string;
  /** Rises each time the lease is taken. */
  readonly epoch: number;
  /** 0 when nobody holds it. Else it moves with each renewal; about a time in milliseconds, by the clock of who took it. */
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
  /** Turns accepted earlier are no context for later answers. Tells a session from an erased one of its name, too. */
  readonly contextSince: number;
  /** Files of the person's own, the oldest first; absent: none. */
  readonly files?: readonly SessionFile[];
  readonly queue: readonly Ticket[];
  readonly lease: Lease;
  /** The last one. */
  readonly handoff?: HandoffRecord;
  /** The assistant again, while people have the session. */
  readonly handoffOpen?: string;
  /** The place in the feed of the handoff's last change. */
  readonly handoffTold?: string;
}

export const sessionCollection: CollectionSpec<SessionRecord> = {
  name: 'sessions',
  indexes: [
    { name: 'byAssistant', paths: ['assistant', 'lastTurnAt'] },
    { name: 'byRealm', paths: ['assistant', 'realm', 'lastTurnAt'] },
    { name: 'handoffExpiry', paths: ['handoff.expiresAt'] },
    { name: 'handoffTold', paths: ['handoffTold'] },
    { name: 'openHandoffs', paths: ['handoffOpen', 'handoff.requestedAt'] },
  ],
};

/**
 * How long a lease lasts without being renewed. It is renewed at a third of this: long enough for a process that stalls for some seconds,
 * short enough for a person who waits.
 */
export const LEASE_MS = 7_000;

/** Files of a session that it can be asked about; of more the oldest go. */
const MAX_FILES = 5;

/** A turn that this process may run now, and the lease it runs under. */
export interface Claim {
  readonly session: SessionRecord;
  readonly turn: string;
  readonly epoch: number;
  /** Whether the turn's insert counts as its first attempt. */
  readonly begun: boolean;
}

export type Ticketing =
  | { readonly type: 'claimed'; readonly claim: Claim }
  | { readonly type: 'waits' }
  | { readonly type: 'full' }
  /** The turn was there already: nothing was done. */
  | { readonly type: 'known' };

export type Claiming =
  | { readonly type: 'claimed'; readonly claim: Claim }
  /** Another process holds the lease; in `againMs` milliseconds it may turn out to be left. */
  | { readonly type: 'held'; readonly againMs: number }
  | { readonly type: 'nothing' };

/** A turn that asks for its place. */
export interface TicketRequest {
  readonly session: string;
  readonly assistant: string;
  readonly realm: string;
  readonly ticket: Ticket;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Resolves with whether the turn itself could be inserted: what others may see in the queue must be there. */
  readonly stored: Promise<boolean>;
}

export interface SessionsParts {
  readonly sessions: Collection<SessionRecord>;
  /** Names this process, and no other that ever ran. */
  readonly owner: string;
  readonly queueLimit: number;
  /** Unset: `LEASE_MS`. */
  readonly leaseMs?: number;
  /** A stopwatch in milliseconds that never jumps; unset: the system's. */
  readonly elapsed?: () => number;
}

/** The sessions of this service: their order and their leases. */
export class Sessions {
  readonly leaseMs: number;
  readonly #sessions: Collection<SessionRecord>;
  readonly #owner: string;
  readonly #queueLimit: number;
  readonly #watch: LeaseWatch;

  constructor({ sessions, owner, queueLimit, leaseMs = LEASE_MS, elapsed }: SessionsParts) {
    this.leaseMs = leaseMs;
    this.#sessions = sessions;
    this.#owner = owner;
    this.#queueLimit = queueLimit;
    this.#watch = new LeaseWatch(leaseMs, elapsed);
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

  /**
   * Puts a turn into the order of its session, and claims it at once when nothing waits and nobody holds the lease: at the same time as the
   * turn is inserted, since nobody but the holder of the lease looks for it then.
   */
  async ticket({ session: key, assistant, realm, ticket, now, stored }: TicketRequest): Promise<Ticketing> {
    const queued = { set: { lastTurnAt: now }, inc: { turnCount: 1 }, push: { queue: { value: { ...ticket } } } };
    const { begun: _, ...waiting } = ticket;
    for (;;) {
      const claimed = await this.#sessions.update(
        key,
        { 'queue.0': { exists: false }, 'lease.until': { eq: 0 } },
        {
          ...queued,
          set: { ...queued.set, 'lease.owner': this.#owner, 'lease.until': now + this.leaseMs },
          inc: { ...queued.inc, 'lease.epoch': 1 },
        },
      );
      if (claimed.ok) return { type: 'claimed', claim: claimOf(claimed.document, ticket) };
      const session = await this.#sessions.get(key);
      if (!session) {
        const lease = { owner: this.#owner, epoch: 1, until: now + this.leaseMs };
        const first: SessionRecord = { ...blank(key, assistant, realm, now), turnCount: 1, queue: [ticket], lease };
        if ((await this.#sessions.insert(first)).ok) return { type: 'claimed', claim: claimOf(first, ticket) };
        continue;
      }
      if (!(await stored)) return { type: 'known' };
      if (session.queue.some(({ turn }) => turn === ticket.turn)) return { type: 'waits' };
      const waits = await this.#sessions.update(
        key,
        { [`queue.${this.#queueLimit - 1}`]: { exists: false }, queue: { lacks: { turn: ticket.turn } } },
        { ...queued, push: { queue: { value: waiting } } },
      );
      if (waits.ok) return { type: 'waits' };
      if (session.queue.length >= this.#queueLimit) return { type: 'full' };
    }
  }

  /**
   * Takes the lease of a session where a turn waits, and names the turn that is next: where nobody holds the lease, or its holder has not
   * renewed it for its whole length.
   */
  async claim(key: string, now: number): Promise<Claiming> {
    for (;;) {
      const session = await this.#sessions.get(key);
      if (!session || session.queue.length === 0) return { type: 'nothing' };
      const { epoch, until } = session.lease;
      const againMs = until === 0 ? 0 : this.#watch.remaining(key, `${epoch}.${until}`);
      if (againMs > 0) return { type: 'held', againMs };
      const claimed = await this.#sessions.update(
        key,
        { 'queue.0': { exists: true }, 'lease.epoch': { eq: epoch }, 'lease.until': { eq: until } },
        { set: { 'lease.owner': this.#owner, 'lease.until': now + this.leaseMs }, inc: { 'lease.epoch': 1 } },
      );
      const next = claimed.ok && nextTicket(claimed.document.queue);
      if (next) return { type: 'claimed', claim: claimOf(claimed.document, next) };
    }
  }

  /** False when the lease was lost: whatever runs under it must end without a trace. */
  async renew(claim: Claim): Promise<boolean> {
    const condition = { 'lease.epoch': { eq: claim.epoch }, 'lease.owner': { eq: this.#owner } };
    // Added, not set by the clock: whatever that does, the lease must be seen to move.
    const renewal = { inc: { 'lease.until': Math.ceil(this.leaseMs / 3) } };
    return (await this.#sessions.update(claim.session.key, condition, renewal)).ok;
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

  /**
   * Gives a turn a place that was accepted and has none: behind those who wait at its position, since the first of them may have begun, and
   * lost its process. Makes the session where there is none.
   */
  async requeue(key: string, turn: Pick<Ticket, 'turn' | 'position'>, now: number): Promise<void> {
    const ticket = { turn: turn.turn, position: turn.position };
    for (;;) {
      const session = await this.#sessions.get(key);
      if (session?.queue.some((queued) => queued.turn === turn.turn)) return;
      if (!session) {
        const [assistant = '', id = ''] = key.split('/');
        await this.create(key, assistant, id.slice(0, id.indexOf('.')), now);
        continue;
      }
      await this.#sessions.update(
        key,
        { queue: { lacks: { turn: ticket.turn } } },
        { push: { queue: { value: ticket } } },
      );
      return;
    }
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

  /** Adds a file; the same content takes the place that it had. */
  async addFile(key: string, file: SessionFile): Promise<void> {
    await this.#sessions.update(key, {}, { pull: { files: { sha256: file.sha256 } } });
    await this.#sessions.update(key, {}, { push: { files: { value: file, last: MAX_FILES } } });
  }

  /** Later answers know nothing of turns accepted before `now`, nor of files. */
  async beginAnew(key: string, now: number): Promise<SessionRecord | undefined> {
    const updated = await this.#sessions.update(key, {}, { set: { contextSince: now }, unset: ['files'] });
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

function claimOf(session: SessionRecord, { turn, begun = false }: Ticket): Claim {
  return { session, turn, epoch: session.lease.epoch, begun };
}

function blank(key: string, assistant: string, realm: string, now: number): Omit<SessionRecord, 'queue' | 'lease'> {
  return { key, assistant, realm, createdAt: now, lastTurnAt: now, turnCount: 0, contextSince: now };
}
