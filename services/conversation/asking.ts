import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import type { AskResponseSchema } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Ids } from '#lib/ids.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import type { SpanContext } from '#lib/telemetry/traces.ts';
import { type Attachments, type Picture, picturesHash } from './attachments.ts';
import { handedOver, QUEUE_FULL, queueFull, requestIdReused } from './failures.ts';
import type { After, LiveEvent } from './live-turn.ts';
import { assistantOf, sessionKey, turnKey, turnName, turnNameOfKey } from './names.ts';
import type { Releases } from './releases.ts';
import type { Sessions } from './sessions.ts';
import { citationMessage, finishReason, turnMessage } from './turn-message.ts';
import type { TurnRunner } from './turn-runner.ts';
import { attemptsOf, bodyHash, type Conclusion, type TurnRecord, type Turns, turnId, withoutAnswer } from './turns.ts';

/** A question as it was asked; fields as in AskRequest. */
export interface Question {
  readonly assistant: string;
  readonly sessionId: string;
  readonly question: string;
  readonly requestId: string;
  readonly language: string;
  readonly position: number;
  /** Pictures that belong to it. */
  readonly attachments: readonly Picture[];
}

/** A turn that was accepted. */
export interface Accepted {
  readonly key: string;
  /** Accepted by this very call, so that its store has nothing to tell yet. */
  readonly fresh: boolean;
}

type Step = MessageInitShape<typeof AskResponseSchema>;

export interface AskingParts {
  readonly turns: Turns;
  readonly sessions: Sessions;
  readonly runner: TurnRunner;
  readonly releases: Pick<Releases, 'active'>;
  readonly attachments: Pick<Attachments, 'keep'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queueLimit: number;
}

/** How often a turn that another process runs is looked at, in milliseconds: less and less, so that many who wait cost little. */
const LOOK_MS = { first: 100, most: 1_000, growth: 1.5 };

/** Accepts questions and tells their answers. */
export class Asking {
  readonly #parts: AskingParts;

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /**
   * Accepts a question: once it resolves, the turn is stored and will be answered whatever happens. The same request of the same
   * caller gives the turn it gave before. Rejects with `RpcError`: ASSISTANT_UNKNOWN, REQUEST_ID_REUSED, SESSION_QUEUE_FULL.
   */
  async accept(asked: Question, principal: Principal, span?: SpanContext): Promise<Accepted> {
    const { turns, sessions, runner, clock, ids } = this.#parts;
    await this.#parts.releases.active(asked.assistant);
    const now = clock.now();
    const assistant = assistantOf(asked.assistant);
    const requestId = asked.requestId || ids.random();
    // A session of this question alone is found again by a retry, which brings nothing else than the request's id.
    const alone = asked.requestId === '' ? ids.ordered(now) : `q-${turnId('', principal.subject, requestId)}`;
    const session = { assistant, session: `${principal.realm}.${asked.sessionId || alone}` };
    const key = turnKey({ ...session, turn: turnId(sessionKey(session), principal.subject, requestId) });
    // Most sessions are idle: the first attempt is then begun with the insert itself, which spares a write. It counts when the ticket, which
    // says so, takes the lease.
    const idle = !runner.busy(sessionKey(session));
    const { attachments } = asked;
    const plain: TurnRecord = {
      key,
      session: sessionKey(session),
      requestId,
      bodyHash: bodyHash(asked.question, asked.language, picturesHash(attachments)),
      question: asked.question,
      ...(asked.language === '' ? {} : { askedLanguage: asked.language }),
      subject: principal.subject,
      position: asked.position,
      acceptedAt: now,
      openSince: now,
      state: idle ? 'running' : 'accepted',
      epoch: 0,
      attempt: idle ? 1 : 0,
    };
    const earlier = await turns.get(key);
    if (earlier) return this.#resume(earlier, plain);
    // Before the turn itself: whoever sees the turn finds its pictures.
    const kept = attachments.length > 0 ? await this.#parts.attachments.keep(key, attachments, now) : undefined;
    const turn = kept ? { ...plain, attachments: kept } : plain;
    runner.live(key).span = span;
    // Both leave together, and share a commit where the store can; the insert alone decides.
    const stored = turns.accept(turn);
    const ticket = { turn: key, position: turn.position, ...(idle ? { begun: true } : {}) };
    const { realm } = principal;
    const ticketed = sessions.ticket({ session: turn.session, assistant, realm, ticket, now, stored });
    const [storing, ticketing] = await Promise.allSettled([stored, ticketed]);
    const isOurs = storing.status === 'fulfilled' && storing.value;
    if (ticketing.status === 'fulfilled' && ticketing.value.type === 'claimed') {
      // Where the same request came twice at once, this one may hold the lease of a turn that the other inserted.
      const { claim } = ticketing.value;
      if (isOurs) runner.run(claim, idle ? turn : undefined);
      else runner.run({ ...claim, begun: false }, undefined);
    }
    if (storing.status === 'rejected') throw storing.reason;
    if (!isOurs) return this.#resume(await turns.get(key), turn);
    if (ticketing.status === 'rejected') throw ticketing.reason;
    if (ticketing.value.type === 'waits') {
      if (idle) await turns.unbegin(key);
      runner.kick(turn.session);
    } else if (ticketing.value.type === 'full') {
      runner.forget(key);
      await turns.finish(key, 0, unqueued(turn), now);
      throw queueFull(this.#parts.queueLimit);
    }
    return { key, fresh: true };
  }

  /** The turn that the same request made before: looked after, should its process have died. */
  async #resume(earlier: TurnRecord | undefined, turn: TurnRecord): Promise<Accepted> {
    const { sessions, runner, clock } = this.#parts;
    if (earlier?.bodyHash !== turn.bodyHash) throw requestIdReused();
    if (earlier.state !== 'finished') {
      await sessions.requeue(earlier.session, { turn: earlier.key, position: earlier.position }, clock.now());
      runner.kick(earlier.session);
    }
    return { key: turn.key, fresh: false };
  }

  /**
   * Tells the answer of an accepted turn, from `after` on, and waits for what is still to come. Throws the turn's own failure after
   * what was said before it. Ends silently when the signal aborts: the turn goes on. Rejects with `RpcError` (UNAVAILABLE) when this process
   * stops and leaves the turn to another.
   */
  async *tell({ key, fresh }: Accepted, after: After | undefined, signal: AbortSignal): AsyncGenerator<Step, void> {
    const { runner } = this.#parts;
    try {
      if (fresh && !runner.live(key).started) await runner.live(key).changed(LOOK_MS.first, signal);
      yield* this.#follow(key, after, signal);
    } finally {
      runner.forget(key);
    }
  }

  async *#follow(key: string, after: After | undefined, signal: AbortSignal): AsyncGenerator<Step, void> {
    const { turns, runner } = this.#parts;
    const ended = AbortSignal.any([signal, runner.closing]);
    let told = after;
    for (let look = LOOK_MS.first; ; look = Math.min(look * LOOK_MS.growth, LOOK_MS.most)) {
      const live = runner.live(key);
      if (live.started) {
        for await (const event of live.follow(told, signal)) {
          if (event.type === 'lost') break;
          if (event.type === 'started') told = { attempt: event.attempt, sequence: 0 };
          if (event.type === 'delta') told = { attempt: told?.attempt ?? 0, sequence: event.sequence };
          if (event.type === 'finished') raise(event.turn);
          yield step(key, event);
          if (event.type === 'finished') return;
        }
      }
      if (signal.aborted) return;
      const turn = await turns.get(key);
      if (turn?.state === 'finished') {
        yield* replay(turn, told);
        return;
      }
      if (runner.live(key).started) continue;
      if (runner.closing.aborted) throw handedOver();
      if (turn) runner.kick(turn.session);
      await runner.live(key).changed(look, ended);
    }
  }
}

/** The events of a turn that was finished elsewhere, or before: its text as one delta. */
function* replay(turn: TurnRecord, told: After | undefined): Generator<Step> {
  const { key, conclusion } = turn;
  // What was told of an attempt cannot be matched with the final text, so that the attempt begins anew for this caller.
  yield step(key, { type: 'started', attempt: Math.max(attemptsOf(turn), told?.attempt ?? 0) });
  for (const citation of conclusion?.citations ?? []) yield step(key, { type: 'citation', citation });
  const text = conclusion?.answer ?? '';
  if (text !== '') yield step(key, { type: 'delta', sequence: Math.max(1, told?.sequence ?? 0), text });
  raise(turn);
  yield step(key, { type: 'finished', turn });
}

function step(key: string, event: Exclude<LiveEvent, { type: 'lost' }>): Step {
  switch (event.type) {
    case 'started':
      return { event: { case: 'started', value: { turn: turnName(turnNameOfKey(key)), attempt: event.attempt } } };
    case 'delta':
      return { event: { case: 'delta', value: { sequence: event.sequence, text: event.text } } };
    case 'citation':
      return { event: { case: 'citation', value: citationMessage(event.citation) } };
    case 'finished':
      return {
        event: { case: 'finished', value: { turn: turnMessage(event.turn), finishReason: finishReason(event.turn) } },
      };
  }
}

/** A turn that failed ends its stream with its failure, and not with `finished`. */
function raise(turn: TurnRecord): void {
  const failure = turn.conclusion?.failure;
  if (failure) throw new RpcError(failure as Failure);
}

/** The final record of a question that found no place in its session. */
function unqueued(turn: TurnRecord): Conclusion {
  const { code, reason, domain, message } = QUEUE_FULL;
  return withoutAnswer('failed', turn.askedLanguage, { code, reason, domain, message });
}
