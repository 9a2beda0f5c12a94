import { createHash } from 'node:crypto';
import type { Collection, CollectionSpec, Document } from '#lib/documents/port.ts';
import type { OperatorRecord } from './handoff.ts';
import type { TurnRecord } from './turns.ts';

/** What was said while people had a session. */
export interface HandoffMessageRecord extends Document {
  /** `{session}/{who}-{hash of turn or request}`: what comes again has the same key. */
  readonly key: string;
  /** Key of the session's document. */
  readonly session: string;
  readonly number: number;
  /** Absent: the person said it. */
  readonly operator?: OperatorRecord;
  /** The turn's key, where the person said it. */
  readonly turn?: string;
  /** Where an operator said it. */
  readonly requestId?: string;
  readonly text: string;
  readonly at: number;
}

export const handoffMessageCollection: CollectionSpec<HandoffMessageRecord> = {
  name: 'handoffMessages',
  indexes: [{ name: 'bySession', paths: ['session', 'at'] }],
};

/** An operator's words. */
export interface OperatorWords {
  readonly session: string;
  readonly number: number;
  readonly operator: OperatorRecord;
  readonly requestId: string;
  readonly text: string;
}

/** The messages of handoffs, each kept once. */
export class HandoffMessages {
  readonly #messages: Collection<HandoffMessageRecord>;

  constructor(messages: Collection<HandoffMessageRecord>) {
    this.#messages = messages;
  }

  /** Keeps a question as what the person said. Again changes nothing. */
  async ofPerson({ key: turn, session, question, acceptedAt }: TurnRecord, number: number): Promise<void> {
    await this.#messages.insert({
      key: keyOf(session, 'p', turn),
      session,
      number,
      turn,
      text: question,
      at: acceptedAt,
    });
  }

  /** The message that an operator's request made; undefined where it made none. */
  sent({
    session,
    requestId,
  }: Pick<OperatorWords, 'session' | 'requestId'>): Promise<HandoffMessageRecord | undefined> {
    return this.#messages.get(keyOf(session, 'o', requestId));
  }

  /** Keeps what an operator said; where the same request made a message before, gives that. */
  async ofOperator(words: OperatorWords, now: number): Promise<HandoffMessageRecord> {
    const message = {
      ...words,
      operator: { ...words.operator },
      key: keyOf(words.session, 'o', words.requestId),
      at: now,
    };
    const inserted = await this.#messages.insert(message);
    return inserted.ok ? message : ((await this.#messages.get(message.key)) ?? message);
  }
}

function keyOf(session: string, who: 'p' | 'o', what: string): string {
  return `${session}/${who}-${createHash('sha256').update(what).digest('hex').slice(0, 24)}`;
}
