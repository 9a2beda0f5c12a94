/** Decisions about handoffs: what an event makes of one. No clock, no I/O. */

export type HandoffState = 'waiting' | 'human' | 'ended';
export type HandoffReason = 'asked' | 'refusals';
export type HandoffEnd = 'by_operator' | 'by_person' | 'nobody_came' | 'silence';

// Types, not interfaces: they are stored inside a document, and only types are known to hold nothing but JSON values.

/** Somebody who answers in the bot's place. */
export type OperatorRecord = {
  readonly id: string;
  /** Shown to the person; may be empty. */
  readonly displayName: string;
};

/** The last handoff of a session. Times are milliseconds since the epoch. */
export type HandoffRecord = {
  /** Counts the handoffs of the session, from 1. */
  readonly number: number;
  /** Rises with every change; each change is conditional on it. */
  readonly version: number;
  readonly state: HandoffState;
  readonly reason: HandoffReason;
  /** The request that made it. */
  readonly requestId: string;
  readonly requestedAt: number;
  readonly takenAt?: number;
  readonly endedAt?: number;
  readonly end?: HandoffEnd;
  /** Who has it; absent until somebody takes it. */
  readonly operator?: OperatorRecord;
  /** When it ends by itself; absent once it ended. */
  readonly expiresAt?: number;
};

/** How long a handoff lasts by itself, in milliseconds. */
export interface HandoffLimits {
  /** Until somebody takes it. */
  readonly waitMs: number;
  /** While nobody writes, once it is taken. */
  readonly silenceMs: number;
}

export type HandoffEvent =
  | { readonly type: 'requested'; readonly requestId: string; readonly reason: HandoffReason }
  | { readonly type: 'taken'; readonly operator: OperatorRecord }
  | { readonly type: 'operator wrote'; readonly operator: OperatorRecord }
  | { readonly type: 'person wrote' }
  | { readonly type: 'ended'; readonly end: 'by_operator' | 'by_person' }
  | { readonly type: 'time passed' };

export type HandoffDecision =
  /** `moved`: the state or the operator is another one, which the world is told. */
  | { readonly type: 'changes'; readonly handoff: HandoffRecord; readonly moved: boolean }
  /** It is as it should be already. */
  | { readonly type: 'stays'; readonly handoff: HandoffRecord }
  /** There is none, or it has ended. */
  | { readonly type: 'refused'; readonly why: 'none' | 'ended' };

/** What an event makes of the last handoff of a session; undefined where the session never had one. */
export function decideHandoff(
  handoff: HandoffRecord | undefined,
  event: HandoffEvent,
  now: number,
  limits: HandoffLimits,
): HandoffDecision {
  if (event.type === 'requested') return requested(handoff, event, now, limits);
  if (handoff === undefined) return { type: 'refused', why: 'none' };
  if (handoff.state === 'ended') {
    return event.type === 'ended' || event.type === 'time passed'
      ? { type: 'stays', handoff }
      : { type: 'refused', why: 'ended' };
  }
  switch (event.type) {
    case 'taken':
      return handoff.operator?.id === event.operator.id
        ? { type: 'stays', handoff }
        : taken(handoff, event.operator, now, limits);
    case 'operator wrote':
      return handoff.state === 'waiting'
        ? taken(handoff, event.operator, now, limits)
        : changes(handoff, { expiresAt: now + limits.silenceMs }, false);
    case 'person wrote':
      // Waiting is not made longer by who waits: it would never end.
      return handoff.state === 'waiting'
        ? changes(handoff, {}, false)
        : changes(handoff, { expiresAt: now + limits.silenceMs }, false);
    case 'ended':
      return ended(handoff, event.end, now);
    case 'time passed':
      return handoff.expiresAt !== undefined && handoff.expiresAt <= now
        ? ended(handoff, handoff.state === 'waiting' ? 'nobody_came' : 'silence', now)
        : { type: 'stays', handoff };
  }
}

/** Whether people have the session, and the bot is silent. */
export function isOpen(handoff: HandoffRecord | undefined): boolean {
  return handoff !== undefined && handoff.state !== 'ended';
}

function requested(
  before: HandoffRecord | undefined,
  { requestId, reason }: Extract<HandoffEvent, { type: 'requested' }>,
  now: number,
  { waitMs }: HandoffLimits,
): HandoffDecision {
  if (before && (before.state !== 'ended' || before.requestId === requestId)) return { type: 'stays', handoff: before };
  const handoff: HandoffRecord = {
    number: (before?.number ?? 0) + 1,
    version: (before?.version ?? 0) + 1,
    state: 'waiting',
    reason,
    requestId,
    requestedAt: now,
    expiresAt: now + waitMs,
  };
  return { type: 'changes', handoff, moved: true };
}

function taken(
  handoff: HandoffRecord,
  operator: OperatorRecord,
  now: number,
  { silenceMs }: HandoffLimits,
): HandoffDecision {
  const takenAt = handoff.takenAt ?? now;
  return changes(handoff, { state: 'human', operator, takenAt, expiresAt: now + silenceMs }, true);
}

function ended(handoff: HandoffRecord, end: HandoffEnd, now: number): HandoffDecision {
  const { expiresAt: _, ...rest } = handoff;
  return changes(rest, { state: 'ended', end, endedAt: now }, true);
}

function changes(handoff: HandoffRecord, change: Partial<HandoffRecord>, moved: boolean): HandoffDecision {
  return { type: 'changes', handoff: { ...handoff, ...change, version: handoff.version + 1 }, moved };
}
