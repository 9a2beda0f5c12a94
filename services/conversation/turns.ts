import { createHash } from 'node:crypto';
import type { Change, Collection, CollectionSpec, Condition, Document } from '#lib/documents/port.ts';
import type { Positions } from '#lib/events/positions.ts';
import type { AttachmentRecord } from './attachments.ts';
import { type FeedbackRecord, feedbackHash, type GivenFeedback } from './feedback.ts';

// Types, not interfaces, where a value is stored inside a document: only those are known to hold nothing but JSON values.

/** The passage behind a citation, kept with the turn as it was retrieved. */
export type CitationRecord = {
  readonly number: number;
  readonly source: string;
  readonly title: string;
  readonly passage: string;
  readonly locator: string;
  readonly sourceVersion: string;
};

export type TurnOutcome = 'answered' | 'curated' | 'refused' | 'small_talk' | 'stopped' | 'failed' | 'handed_over';
export type TurnFinish = 'complete' | 'length' | 'stopped' | 'content_filter';

export type UsageRecord = {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly estimated: boolean;
};

/** How a turn ended: all of it is written at once. */
export type Conclusion = {
  readonly answer: string;
  readonly outcome: TurnOutcome;
  readonly finish: TurnFinish;
  readonly language: string;
  readonly citations: readonly CitationRecord[];
  /** Resource name; empty where no release was there. */
  readonly release: string;
  readonly model: string;
  readonly usage?: UsageRecord;
  /** How long the model took, in milliseconds; 0 without one. */
  readonly modelMs: number;
  /** For `failed`: code, reason and domain of the error that callers get. */
  readonly failure?: {
    readonly code: string;
    readonly reason: string;
    readonly domain: string;
    readonly message: string;
  };
};

/** One question and its one answer. */
export interface TurnRecord extends Document {
  /** `{assistant}/{session}/{turn}`. */
  readonly key: string;
  /** Key of the session's document. */
  readonly session: string;
  readonly requestId: string;
  /** Hash of the question, its pictures and the language asked for: a request_id may not come back with others. */
  readonly bodyHash: string;
  readonly question: string;
  /** The pictures that came with it; absent: none. */
  readonly attachments?: readonly AttachmentRecord[];
  /** The language the caller asked for; absent: none. */
  readonly askedLanguage?: string;
  /** The person within the realm. */
  readonly subject: string;
  /** Order among the waiting, smaller first; 0 where none was asked for. */
  readonly position: number;
  readonly acceptedAt: number;
  /** As `acceptedAt`, until the turn is finished: what the sweep looks for. */
  readonly openSince?: number;
  readonly state: 'accepted' | 'running' | 'finished';
  /** The lease under which it runs; 0 before the first. Later writes are conditional on it. */
  readonly epoch: number;
  /** How often it was taken up; see `attemptsOf`. */
  readonly attempt: number;
  /** Since when the turn is to be stopped by whoever runs it. */
  readonly stopAsked?: number;
  readonly finishedAt?: number;
  /** The place of its end in the feed. */
  readonly told?: string;
  readonly conclusion?: Conclusion;
  readonly feedback?: FeedbackRecord;
}

export const turnCollection: CollectionSpec<TurnRecord> = {
  name: 'turns',
  indexes: [
    { name: 'bySession', paths: ['session', 'acceptedAt'] },
    { name: 'open', paths: ['openSince'] },
    { name: 'stopAsked', paths: ['stopAsked'] },
    { name: 'told', paths: ['told'] },
    { name: 'feedbackTold', paths: ['feedback.told'] },
  ],
};

/** How often answering a turn is begun before it fails: once, and once more when the first process died. */
export const MAX_ATTEMPTS = 2;

/** How often answering was begun: what was taken up after that was ended without being begun. */
export function attemptsOf({ attempt }: Pick<TurnRecord, 'attempt'>): number {
  return Math.min(attempt, MAX_ATTEMPTS);
}

/** The id of a turn: the same request of the same caller in the same session is the same turn. 24 characters. */
export function turnId(session: string, subject: string, requestId: string): string {
  return createHash('sha256').update(`${session}\n${subject}\n${requestId}`).digest('hex').slice(0, 24);
}

/** `pictures`: the hash of the pictures that came with it, '' where there are none. */
export function bodyHash(question: string, language: string, pictures: string): string {
  const told = pictures === '' ? '' : `${pictures}\n`;
  return createHash('sha256').update(`${told}${language}\n${question}`).digest('base64url').slice(0, 16);
}

/** The conclusion of a turn that ends before a model said anything. */
export function withoutAnswer(
  outcome: 'stopped' | 'failed',
  language = 'und',
  failure?: Conclusion['failure'],
): Conclusion {
  return {
    answer: '',
    outcome,
    finish: 'stopped',
    language,
    citations: [],
    release: '',
    model: '',
    modelMs: 0,
    ...(failure === undefined ? {} : { failure }),
  };
}

const OPEN = { state: { in: ['accepted', 'running'] } } as const;

export interface TurnsParts {
  readonly turns: Collection<TurnRecord>;
  /** Gives what happens to turns its places in the feed. */
  readonly positions: Positions;
  /** Called with a turn after it was finished, and after feedback to it was kept. */
  readonly onTold: (what: 'finished' | 'feedback', turn: TurnRecord) => void;
}

/** The turns of this service and the writes that move them. */
export class Turns {
  readonly #turns: Collection<TurnRecord>;
  readonly #parts: TurnsParts;

  constructor(parts: TurnsParts) {
    this.#turns = parts.turns;
    this.#parts = parts;
  }

  get(key: string): Promise<TurnRecord | undefined> {
    return this.#turns.get(key);
  }

  /** Accepts a turn. False where there is one of the same session, caller and request_id. */
  async accept(turn: TurnRecord): Promise<boolean> {
    return (await this.#turns.insert(turn)).ok;
  }

  /**
   * Begins an attempt under a lease, and shuts out all earlier leases. Undefined where the turn is finished or a later lease has it. By this
   * very lease again, which happens when the reply to the first writing was lost, it is the same attempt. `begun`: whether an attempt that
   * was begun with the insert counts.
   */
  async begin(key: string, epoch: number, begun: boolean): Promise<TurnRecord | undefined> {
    const set = { state: 'running', epoch };
    if (!begun) {
      const first = await this.#turns.update(key, { ...OPEN, epoch: { eq: 0 } }, { set: { ...set, attempt: 1 } });
      if (first.ok) return first.document;
    }
    const next = await this.#turns.update(key, { ...OPEN, epoch: { lt: epoch } }, { set, inc: { attempt: 1 } });
    if (next.ok) return next.document;
    const turn = await this.#turns.get(key);
    return turn?.state === 'running' && turn.epoch === epoch ? turn : undefined;
  }

  /** Takes back an attempt that was begun with the insert, when another turn of the session came first. */
  async unbegin(key: string): Promise<void> {
    await this.#turns.update(key, { epoch: { eq: 0 }, attempt: { eq: 1 } }, { set: { state: 'accepted', attempt: 0 } });
  }

  /**
   * Writes the one final record of a turn. Undefined where another lease has the turn, or it is finished already; by this very lease too,
   * which happens when the reply to the first writing was lost, gives the record.
   */
  async finish(key: string, epoch: number, conclusion: Conclusion, now: number): Promise<TurnRecord | undefined> {
    const open = { ...OPEN, epoch: { lte: epoch } };
    const finished = await this.#finish(key, open, { ...this.#finishing(conclusion, now), epoch });
    if (finished) return finished;
    const turn = await this.#turns.get(key);
    return turn?.state === 'finished' && turn.epoch === epoch ? turn : undefined;
  }

  /** Writes the final record of a turn that nobody has begun. False where somebody has. */
  async finishWaiting(key: string, conclusion: Conclusion, now: number): Promise<boolean> {
    const finished = await this.#finish(key, { state: { eq: 'accepted' } }, this.#finishing(conclusion, now));
    return finished !== undefined;
  }

  /**
   * Keeps what a person thinks of an answer in place of what they said before; without it, takes that back. Undefined where the turn is not
   * there, not finished, or was asked by somebody else, or where nothing changes.
   */
  async giveFeedback(
    key: string,
    subject: string,
    given: GivenFeedback | undefined,
    now: number,
  ): Promise<TurnRecord | undefined> {
    const hash = feedbackHash(given);
    const feedback: FeedbackRecord = {
      ...(given ? { given } : {}),
      hash,
      at: now,
      told: this.#parts.positions.next(now),
    };
    const differs = given ? { ne: hash } : { ne: hash, exists: true };
    const kept = await this.#turns.update(
      key,
      { state: { eq: 'finished' }, subject: { eq: subject }, 'feedback.hash': differs },
      { set: { feedback } },
    );
    if (!kept.ok) return undefined;
    this.#parts.onTold('feedback', kept.document);
    return kept.document;
  }

  /** Asks whoever runs a turn to stop it. False where it is finished. */
  async askToStop(key: string, now: number): Promise<boolean> {
    return (await this.#turns.update(key, OPEN, { set: { stopAsked: now } })).ok;
  }

  /** The keys of turns that are to be stopped. */
  async askedToStop(limit: number): Promise<readonly string[]> {
    const page = await this.#turns.find({ index: 'stopAsked', limit });
    return page.documents.map(({ key }) => key);
  }

  /** Turns accepted before a time and not finished, oldest first. */
  async open(before: number, limit: number): Promise<readonly TurnRecord[]> {
    const page = await this.#turns.find({ index: 'open', range: { gt: 0, lt: before }, limit });
    return page.documents;
  }

  /** The newest finished turns of a session since a time, newest first. */
  async recent(session: string, since: number, limit: number): Promise<readonly TurnRecord[]> {
    const page = await this.#turns.find({
      index: 'bySession',
      equal: [session],
      range: { gte: since },
      order: 'descending',
      limit,
    });
    return page.documents.filter((turn) => turn.state === 'finished');
  }

  #finishing(conclusion: Conclusion, now: number) {
    const told = this.#parts.positions.next(now);
    return { state: 'finished', finishedAt: now, told, conclusion: { ...conclusion } };
  }

  async #finish(key: string, condition: Condition, set: NonNullable<Change['set']>): Promise<TurnRecord | undefined> {
    const finished = await this.#turns.update(key, condition, { set, unset: ['openSince', 'stopAsked'] });
    if (!finished.ok) return undefined;
    this.#parts.onTold('finished', finished.document);
    return finished.document;
  }
}
