import type { Clock } from '#lib/clock.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { inSpan } from '#lib/telemetry/traces.ts';
import type { ContextTurns } from './context-turns.ts';
import { LiveTurn } from './live-turn.ts';
import { persist } from './persisting.ts';
import type { Claim, SessionRecord, Sessions } from './sessions.ts';
import type { TurnMetrics } from './turn-metrics.ts';
import { type Conclusion, MAX_ATTEMPTS, type TurnRecord, type Turns, withoutAnswer } from './turns.ts';

/** How often a session is looked at whose turns wait for another process, in milliseconds. */
const LOOK_MS = 1_000;

/** Why a run was broken off; the reason of its abort signal. */
export type BreakOff = 'stopped' | 'lease lost' | 'shutdown' | 'timeout';

/** Answers a turn, telling of its text as it comes. Rejects with `RpcError` when the model fails. */
export type Answer = (
  turn: TurnRecord,
  session: SessionRecord,
  live: LiveTurn,
  context: CallContext,
) => Promise<Conclusion>;

export interface TurnRunnerParts {
  readonly sessions: Sessions;
  readonly turns: Turns;
  readonly answer: Answer;
  readonly context: Pick<ContextTurns, 'finished'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: TurnMetrics;
  readonly turnTimeoutMs: number;
}

/** What a drain begins with: a claim that was made when the turn got its ticket. */
interface First {
  readonly claim: Claim;
  readonly begun: TurnRecord | undefined;
}

/** Runs turns, those of one session one at a time, each under the lease of its session. */
export class TurnRunner {
  readonly #parts: TurnRunnerParts;
  readonly #lives = new Map<string, LiveTurn>();
  /** What breaks off the turns that run here. */
  readonly #runs = new Map<string, AbortController>();
  readonly #draining = new Map<string, Promise<void>>();
  /** Sessions to be looked at once more after what runs there. */
  readonly #kicked = new Set<string>();
  /** Sessions where turns wait for a lease that another process holds. */
  readonly #watched = new Map<string, NodeJS.Timeout>();
  readonly #closing = new AbortController();

  constructor(parts: TurnRunnerParts) {
    this.#parts = parts;
  }

  /** What a turn of this process says, or will say when its time comes. */
  live(turn: string): LiveTurn {
    let live = this.#lives.get(turn);
    if (!live) {
      live = new LiveTurn();
      this.#lives.set(turn, live);
    }
    return live;
  }

  /** Forgets a turn that did not run here and that nobody follows any more. */
  forget(turn: string): void {
    if (!this.#lives.get(turn)?.started) this.#lives.delete(turn);
  }

  get running(): number {
    return this.#runs.size;
  }

  /** Aborts when no more turns are begun here: what waits is left to other processes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Runs a claimed turn, and then whatever waits in its session. `begun`: the turn as it was inserted with its first attempt begun. */
  run(claim: Claim, begun: TurnRecord | undefined): void {
    this.#drain(claim.session.key, { claim, begun });
  }

  /** Whether turns of a session run here now. */
  busy(session: string): boolean {
    return this.#draining.has(session);
  }

  /** Runs what waits in a session, unless somebody does already; what another process holds it takes over when that has died. */
  kick(session: string): void {
    if (this.#draining.has(session)) this.#kicked.add(session);
    else if (!this.#watched.has(session)) this.#drain(session, undefined);
  }

  /** Runs what waits in a session where that is possible now, and tells whether it is. */
  async take(session: string): Promise<boolean> {
    if (this.#draining.has(session) || this.closing.aborted) return false;
    const claiming = await this.#parts.sessions.claim(session, this.#parts.clock.now());
    if (claiming.type === 'claimed') this.run(claiming.claim, undefined);
    return claiming.type === 'claimed';
  }

  /** Stops a turn that runs here. False where none does. */
  stop(turn: string): boolean {
    const run = this.#runs.get(turn);
    run?.abort('stopped' satisfies BreakOff);
    return run !== undefined;
  }

  /** Takes no more turns, waits for those that run, and hands over what is left: it stays in its queue for the next process. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    for (const timer of this.#watched.values()) clearTimeout(timer);
    const timer = setTimeout(() => {
      for (const run of this.#runs.values()) run.abort('shutdown' satisfies BreakOff);
    }, graceMs);
    await Promise.all(this.#draining.values());
    clearTimeout(timer);
  }

  #drain(session: string, first: First | undefined): void {
    if (this.closing.aborted && !first) return;
    const before = this.#draining.get(session);
    const draining: Promise<void> = (before ?? Promise.resolve())
      .then(() => this.#runAll(session, first))
      .catch((error: unknown) =>
        this.#parts.log.error({ err: error, session }, 'turns of a session could not be run; the sweep tries again'),
      )
      .finally(() => {
        if (this.#draining.get(session) !== draining) return;
        this.#draining.delete(session);
        // Something may have come after the last look at the session.
        if (this.#kicked.delete(session)) this.kick(session);
      });
    this.#draining.set(session, draining);
  }

  async #runAll(session: string, first: First | undefined): Promise<void> {
    const { sessions } = this.#parts;
    let claim = first?.claim ?? (await this.#claim(session));
    let begun = first?.begun;
    while (claim) {
      if (this.closing.aborted) return this.#abandon(claim);
      const kept = await this.#runOne(claim, begun);
      begun = undefined;
      if (!kept) return;
      const done = claim;
      const more = await persist(() => sessions.release(done), this.closing);
      claim = more ? await this.#claim(session) : undefined;
    }
  }

  /** Claims what is next in a session. Where another process holds it, the session is looked at again until nothing waits any more. */
  async #claim(session: string): Promise<Claim | undefined> {
    const claiming = await this.#parts.sessions.claim(session, this.#parts.clock.now());
    if (claiming.type === 'claimed') return claiming.claim;
    if (claiming.type === 'held' && !this.closing.aborted) {
      const look = () => {
        this.#watched.delete(session);
        this.kick(session);
      };
      clearTimeout(this.#watched.get(session));
      const ms = Math.min(LOOK_MS, this.#parts.sessions.leaseMs / 3, claiming.againMs);
      this.#watched.set(session, setTimeout(look, ms).unref());
    }
    return undefined;
  }

  /** Leaves a claimed turn to other processes. */
  async #abandon(claim: Claim): Promise<void> {
    this.#lose(claim.turn);
    await this.#parts.sessions.abandon(claim);
  }

  /** False when the turn was left to somebody else. */
  async #runOne(claim: Claim, begun: TurnRecord | undefined): Promise<boolean> {
    const { turns, sessions, context, clock, metrics } = this.#parts;
    const turn = begun ?? (await persist(() => turns.begin(claim.turn, claim.epoch, claim.begun), this.closing));
    if (!turn) {
      this.#lose(claim.turn);
      return true;
    }
    const live = this.live(claim.turn);
    const breakOff = new AbortController();
    this.#runs.set(claim.turn, breakOff);
    const renewal = setInterval(() => void this.#renew(claim, breakOff), sessions.leaseMs / 3);
    const timeout = setTimeout(() => breakOff.abort('timeout' satisfies BreakOff), this.#parts.turnTimeoutMs);
    try {
      if (turn.attempt <= MAX_ATTEMPTS) live.begin(turn.attempt);
      const conclusion = await inSpan('turn', { parent: live.span, attributes: { attempt: turn.attempt } }, (span) =>
        this.#conclude(turn, claim, live, {
          signal: breakOff.signal,
          deadline: clock.now() + this.#parts.turnTimeoutMs,
          caller: 'conversation',
          principal: undefined,
          span: span.isRecording() ? span.spanContext() : live.span,
        }),
      );
      const finish = (end: Conclusion) => turns.finish(turn.key, claim.epoch, end, clock.now());
      const finished = conclusion && (await persist(() => finish(conclusion), this.closing));
      if (finished) {
        metrics.finished(finished);
        context.finished(finished, claim.session);
        live.finish(finished);
        this.#lives.delete(turn.key);
        return true;
      }
      if (breakOff.signal.reason === 'shutdown') await this.#abandon(claim);
      return conclusion !== undefined;
    } finally {
      this.#lose(claim.turn);
      clearInterval(renewal);
      clearTimeout(timeout);
      this.#runs.delete(claim.turn);
    }
  }

  /** How the turn ends; undefined when it is not for this process to end it. */
  async #conclude(
    turn: TurnRecord,
    claim: Claim,
    live: LiveTurn,
    context: CallContext,
  ): Promise<Conclusion | undefined> {
    if (turn.stopAsked !== undefined) return withoutAnswer('stopped', turn.askedLanguage);
    if (turn.attempt > MAX_ATTEMPTS) return failed(turn, ATTEMPTS_EXHAUSTED);
    try {
      return await this.#parts.answer(turn, claim.session, live, context);
    } catch (error) {
      const { signal } = context;
      if (signal.reason === 'shutdown' || signal.reason === 'lease lost') return undefined;
      if (error instanceof RpcError) return failed(turn, ofTurn(error.failure));
      this.#parts.log.error({ err: error, turn: turn.key }, 'a turn failed');
      return failed(turn, INTERNAL);
    }
  }

  async #renew(claim: Claim, breakOff: AbortController): Promise<void> {
    try {
      if (!(await this.#parts.sessions.renew(claim))) breakOff.abort('lease lost' satisfies BreakOff);
    } catch (error) {
      this.#parts.log.debug({ err: error, session: claim.session.key }, 'a lease could not be renewed');
    }
  }

  #lose(turn: string): void {
    this.#lives.get(turn)?.lose();
    this.#lives.delete(turn);
  }
}

type Failure = NonNullable<Conclusion['failure']>;

const ATTEMPTS_EXHAUSTED: Failure = {
  code: 'ABORTED',
  reason: 'ATTEMPTS_EXHAUSTED',
  domain: 'conversation.otvet',
  message: 'Answering was begun twice and lost twice with its process. Ask again.',
};

const INTERNAL: Failure = {
  code: 'INTERNAL',
  reason: 'INTERNAL',
  domain: 'otvet',
  message: 'Something unforeseen happened. Ask again.',
};

/** The end of a turn is not to be taken for a call that may be repeated, with whose code a service says that it is away. */
function ofTurn(failure: Failure): Failure {
  return failure.code === 'UNAVAILABLE' && failure.domain !== 'llm.otvet' ? { ...failure, code: 'ABORTED' } : failure;
}

function failed(turn: TurnRecord, { code, reason, domain, message }: Failure): Conclusion {
  return withoutAnswer('failed', turn.askedLanguage, { code, reason, domain, message });
}
