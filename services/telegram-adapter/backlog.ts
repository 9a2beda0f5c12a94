import { HANDOFF_KINDS, handoffLane } from './handoff/work.ts';
import type { Turn } from './lanes.ts';
import type { Fence, InboxUpdate } from './updates/inbox.ts';
import { asksAnew, sessionIdOf, type Where, type Work } from './updates/update.ts';

/** What is to be done next in a lane, and the right to do it. */
export interface Task {
  readonly update: InboxUpdate;
  readonly right: Right;
}

/** The right to work on an update. */
export interface Right {
  /** What each write about the update is conditional on; undefined where nobody else can write. */
  readonly fence: Fence | undefined;
  /** Aborts when the service stops, or the right is lost. */
  readonly signal: AbortSignal;
  /** Resolves when the right is there for sure. Rejects with `LeaseLost`, or when the signal aborts. */
  readonly assure: () => Promise<void>;
}

/** What was accepted and is not done, by lanes. */
export interface Backlog {
  /** Updates, or lanes, that wait or are worked on here. */
  readonly size: number;
  /** Takes in an update that was just accepted here. */
  add(update: InboxUpdate): void;
  /** Takes in an update that was found open in the store. False when there is nothing to do for it here and now. */
  found(update: InboxUpdate): Promise<boolean>;
  /** The next thing to do in a lane; why there is none. Rejects with `StoreUnavailable`. */
  take(lane: string, turn: Turn): Promise<Task | 'done' | 'elsewhere'>;
  /** Notes that a task has ended; one that failed is tried again after a while. */
  ended(update: InboxUpdate, succeeded: boolean): void;
  /** Forgets an update that waited and is done. */
  drop(update: InboxUpdate): void;
  /** Gives a lane back. */
  leave(lane: string): Promise<void>;
  /** Questions of a session that wait or are worked on. Rejects with `StoreUnavailable`. */
  questionsOf(where: Where): Promise<number>;
}

/** A message that was said so long before it came gets an apology instead of an answer, in milliseconds. */
const STALE_MS = 10 * 60_000;

/** What is said to the bot; nobody waits for words about other things, and what they ask for is wanted later too. */
const MAY_BE_STALE: ReadonlySet<string> = new Set<Work['kind']>(['question', 'media', 'command', 'unsupported']);

export function isStale({ work, receivedAt }: InboxUpdate): boolean {
  return MAY_BE_STALE.has(work.kind) && receivedAt - work.at > STALE_MS;
}

/** Questions of a session run in one lane, commands and buttons beside them in another. */
export function laneOf(update: InboxUpdate): string {
  const { work } = update;
  const apart = handoffLane(work.kind);
  if (apart !== undefined) return `${sessionIdOf(work)}/${apart}`;
  return overtakes(update) ? `${sessionIdOf(work)}/commands` : questionLaneOf(work);
}

/** Whether it has not to wait for the answers that are being written; asking anew is asking. */
function overtakes(update: InboxUpdate): boolean {
  const { work } = update;
  if (work.kind === 'reaction') return true;
  if (asksAnew(work)) return false;
  return work.kind === 'press' || (work.kind === 'command' && !isStale(update));
}

export function questionLaneOf(where: Where): string {
  return sessionIdOf(where);
}

/** The chat of a lane. */
export function chatOf(lane: string): number {
  return Number.parseInt(lane, 10);
}

const KINDS: ReadonlySet<string> = new Set<Work['kind']>([
  'question',
  'media',
  'edit',
  'command',
  'unsupported',
  'press',
  'reaction',
  'standing',
  'knock',
  'flood',
  ...HANDOFF_KINDS,
]);

/** Whether this version knows what to do; what a newer one wrote is left to it. */
export function isKnown({ work }: InboxUpdate): boolean {
  return KINDS.has(work.kind);
}

/** How long what failed in an unforeseen way rests, in milliseconds. */
const REST_MS = 30_000;

/** Updates whose work failed in an unforeseen way: others go first for a while. */
export class Resting {
  readonly #until = new Map<string, number>();

  add(key: string): void {
    this.#until.set(key, performance.now() + REST_MS);
  }

  has(key: string): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > performance.now()) return true;
    this.#until.delete(key);
    return false;
  }
}
