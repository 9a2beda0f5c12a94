import { createHash } from 'node:crypto';
import type { Change, Collection, CollectionSpec, Document } from '#lib/documents/port.ts';

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

export type TurnOutcome = 'answered' | 'curated' | 'refused' | 'small_talk' | 'stopped' | 'failed';
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
  /** Hash of the question and language asked for: a request_id may not come back with others. */
  readonly bodyHash: string;
  readonly question: string;
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
  /** How often answering was begun. */
  readonly attempt: number;
  /** Since when the turn is to be stopped by whoever runs it. */
  readonly stopAsked?: number;
  readonly finishedAt?: number;
  readonly conclusion?: Conclusion;
}

export const turnCollection: CollectionSpec<TurnRecord> = {
  name: 'turns',
  indexes: [
    { name: 'bySession', paths: ['session', 'acceptedAt'] },
    { name: 'open', paths: ['openSince'] },
    { name: 'stopAsked', paths: ['stopAsked'] },
  ],
};

/** The id of a turn: the same request of the same caller in the same session is the same turn. 24 characters. */
export function turnId(session: string, subject: string, requestId: string): string {
  return createHash('sha256').update(`${session}\n${subject}\n${requestId}`).digest('hex').slice(0, 24);
}

export function bodyHash(question: string, language: string): string {
  return createHash('sha256').update(`${language}\n${question}`).digest('base64url').slice(0, 16);
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

function finishing(conclusion: Conclusion, now: number, epoch?: number): Change {
  return {
    set: {
      state: 'finished',
      finishedAt: now,
      conclusion: { ...conclusion },
      ...(epoch === undefined ? {} : { epoch }),
    },
    unset: ['openSince', 'stopAsked'],
  };
}

/** The turns of this service and the writes that move them. */
export class Turns {
  readonly #turns: Collection<TurnRecord>;

  constructor(turns: Collection<TurnRecord>) {
    this.#turns = turns;
  }

  get(key: string): Promise<TurnRecord | undefined> {
    return this.#turns.get(key);
  }

  /** Accepts a turn. False where there is one of the same session, caller and request_id. */
  async accept(turn: TurnRecord): Promise<boolean> {
    return (await this.#turns.insert(turn)).ok;
  }

  /**
   * Begins an attempt under a lease, and shuts out all earlier leases. Undefined where the turn is finished or a later lease has it.
   * `begun`: whether an attempt that was begun with the insert counts.
   */
  async begin(key: string, epoch: number, begun: boolean): Promise<TurnRecord | undefined> {
    const set = { state: 'running', epoch };
    if (!begun) {
      const first = await this.#turns.update(key, { ...OPEN, epoch: { eq: 0 } }, { set: { ...set, attempt: 1 } });
      if (first.ok) return first.document;
    }
    const next = await this.#turns.update(key, { ...OPEN, epoch: { lt: epoch } }, { set, inc: { attempt: 1 } });
    return next.ok ? next.document : undefined;
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
    const finished = await this.#turns.update(
      key,
      { ...OPEN, epoch: { lte: epoch } },
      finishing(conclusion, now, epoch),
    );
    if (finished.ok) return finished.document;
    const turn = await this.#turns.get(key);
    return turn?.state === 'finished' && turn.epoch === epoch ? turn : undefined;
  }

  /** Writes the final record of a turn that nobody has begun. False where somebody has. */
  async finishWaiting(key: string, conclusion: Conclusion, now: number): Promise<boolean> {
    return (await this.#turns.update(key, { state: { eq: 'accepted' } }, finishing(conclusion, now))).ok;
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
}
