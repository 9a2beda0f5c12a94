import type { Clock } from '#lib/clock.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { Positions } from '#lib/events/positions.ts';
import { decideHandoff, type HandoffEvent, type HandoffLimits, type HandoffRecord, isOpen } from './handoff.ts';
import type { HandoffMessages } from './handoff-messages.ts';
import { persist } from './persisting.ts';
import type { SessionRecord, Sessions } from './sessions.ts';
import type { Answer } from './turn-runner.ts';
import type { Conclusion, TurnRecord } from './turns.ts';

export interface HandoffsParts {
  readonly sessions: Collection<SessionRecord>;
  readonly messages: HandoffMessages;
  readonly limits: HandoffLimits;
  /** Gives what happens to handoffs its places in the feed. */
  readonly positions: Positions;
  /** Called with a session after its handoff moved. */
  readonly onMoved: (session: SessionRecord) => void;
  readonly clock: Clock;
}

export type Applied =
  | { readonly type: 'is'; readonly handoff: HandoffRecord }
  | { readonly type: 'refused'; readonly why: 'none' | 'ended' };

/** The handoffs of this service: each lies in the document of its session, and each change of it is one conditional write. */
export class Handoffs {
  readonly #parts: HandoffsParts;

  constructor(parts: HandoffsParts) {
    this.#parts = parts;
  }

  /** The last handoff of a session; undefined where there was none. */
  async last(session: string): Promise<HandoffRecord | undefined> {
    return (await this.#parts.sessions.get(session))?.handoff;
  }

  /**
   * Lets an event happen to the last handoff of a session, which must be there. `number`: to this handoff and no later one;
   * 0 for whichever is the last. With the end of a handoff the bot begins anew.
   */
  async apply(session: string, event: HandoffEvent, number = 0): Promise<Applied> {
    const { sessions, limits, positions, clock } = this.#parts;
    for (;;) {
      const now = clock.now();
      const record = await sessions.get(session);
      if (record === undefined) return { type: 'refused', why: 'none' };
      const before = record.handoff;
      if (number !== 0 && number !== before?.number) {
        return { type: 'refused', why: number < (before?.number ?? 0) ? 'ended' : 'none' };
      }
      const decision = decideHandoff(before, event, now, limits);
      if (decision.type === 'refused') return decision;
      if (decision.type === 'stays') return { type: 'is', handoff: decision.handoff };
      const { handoff, moved } = decision;
      const changed = await sessions.update(
        session,
        { 'handoff.version': before === undefined ? { exists: false } : { eq: before.version } },
        {
          set: {
            handoff,
            ...(moved ? { handoffTold: positions.next(now) } : {}),
            ...(isOpen(handoff) ? { handoffOpen: record.assistant } : { contextSince: now }),
          },
          ...(isOpen(handoff) ? {} : { unset: ['handoffOpen'] }),
        },
      );
      if (changed.ok) {
        if (moved) this.#parts.onMoved(changed.document);
        return { type: 'is', handoff };
      }
    }
  }

  /**
   * Keeps a question as a message where people have the session; how its turn ends then. Undefined where the bot is to answer; the handoff
   * may have ended since `session` was read.
   */
  async receive(turn: TurnRecord, session: SessionRecord): Promise<Conclusion | undefined> {
    if (!isOpen(session.handoff)) return undefined;
    const applied = await this.apply(session.key, { type: 'person wrote' });
    if (applied.type === 'refused') return undefined;
    await this.#parts.messages.ofPerson(turn, applied.handoff.number);
    return {
      answer: '',
      outcome: 'handed_over',
      finish: 'complete',
      language: turn.askedLanguage ?? session.language ?? 'und',
      citations: [],
      release: '',
      model: '',
      modelMs: 0,
    };
  }

  /** Sessions whose handoff has to end by itself, up to a time. */
  async overdue(now: number, limit: number): Promise<readonly string[]> {
    const query = { index: 'handoffExpiry', range: { lte: now }, limit };
    return (await this.#parts.sessions.find(query)).documents.map(({ key }) => key);
  }
}

/** Answers as `answer` does, but keeps the question for people where they have the session. */
export function handingOver(handoffs: Handoffs, sessions: Pick<Sessions, 'get'>, answer: Answer): Answer {
  return async (turn, session, live, context) => {
    if (!isOpen(session.handoff)) return answer(turn, session, live, context);
    const conclusion = await persist(() => handoffs.receive(turn, session), context.signal);
    if (conclusion) return conclusion;
    // It has just ended, and what was said before is no context any more.
    const now = await persist(() => sessions.get(session.key), context.signal);
    return answer(turn, { ...session, contextSince: now?.contextSince ?? session.contextSince }, live, context);
  };
}
