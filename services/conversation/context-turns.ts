import type { EarlierTurn } from './prompt.ts';
import type { SessionRecord } from './sessions.ts';
import type { TurnRecord, Turns } from './turns.ts';

/** How many earlier turns are read for a prompt; the token budget decides how many of them find room. */
const EARLIER_TURNS = 5;
/** Sessions whose earlier turns are kept in memory: some kilobytes each. */
const KEPT_SESSIONS = 500;

/** Turns whose question and answer help to understand the next question. */
const REMEMBERED: ReadonlySet<string> = new Set(['answered', 'curated', 'stopped']);

interface Kept {
  /** The lease under which they were read, and then the turn itself was added. */
  readonly epoch: number;
  readonly contextSince: number;
  readonly earlier: readonly EarlierTurn[];
  readonly isFinished: boolean;
}

/**
 * The turns before a turn that are its context. They are kept from one turn of a session to the next, which spares 0.35 ms of reading
 * and parsing records with all their passages; and read again where another process may have run a turn in between.
 */
export class ContextTurns {
  readonly #turns: Pick<Turns, 'recent'>;
  /** By session, the least recently used first. */
  readonly #kept = new Map<string, Kept>();

  constructor(turns: Pick<Turns, 'recent'>) {
    this.#turns = turns;
  }

  /** Newest first. `session` is as it was when its lease was taken for this turn. */
  async before(turn: TurnRecord, session: SessionRecord): Promise<readonly EarlierTurn[]> {
    const { key, contextSince, lease } = session;
    const kept = this.#kept.get(key);
    // Turns run under leases only, and each lease raises the epoch: no other turn came in between.
    const holds = kept?.isFinished && kept.epoch === lease.epoch - 1 && kept.contextSince === contextSince;
    const earlier = holds ? kept.earlier : await this.#read(turn, session);
    this.#keep(key, { epoch: lease.epoch, contextSince, earlier, isFinished: false });
    return earlier;
  }

  /** The turn has its final record, written under the lease of this session. */
  finished(turn: TurnRecord, { key, lease }: SessionRecord): void {
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.isFinished || kept.epoch !== lease.epoch) return;
    const earlier = [...contextOf(turn), ...kept.earlier].slice(0, EARLIER_TURNS);
    this.#keep(key, { ...kept, earlier, isFinished: true });
  }

  /** What is kept of a session must not be used any more. */
  forget(session: string): void {
    this.#kept.delete(session);
  }

  async #read(turn: TurnRecord, { key, turnCount, contextSince }: SessionRecord): Promise<EarlierTurn[]> {
    if (turnCount <= 1) return [];
    const recent = await this.#turns.recent(key, Math.max(1, contextSince), EARLIER_TURNS + 1);
    return recent.filter((one) => one.key !== turn.key).flatMap(contextOf);
  }

  #keep(session: string, kept: Kept): void {
    this.#kept.delete(session);
    this.#kept.set(session, kept);
    if (this.#kept.size <= KEPT_SESSIONS) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}

/** Stands for a question that was a picture and no word. */
const PICTURE = '(a picture)';

function contextOf({ question, conclusion }: TurnRecord): EarlierTurn[] {
  return conclusion && REMEMBERED.has(conclusion.outcome)
    ? [{ question: question || PICTURE, answer: conclusion.answer }]
    : [];
}
