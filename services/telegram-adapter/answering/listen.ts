import { setTimeout as sleep } from 'node:timers/promises';
import type { AskResponse, FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import { type Desk, principalOf, sessionOf } from '../desk.ts';
import { sessionIdOf, type Where } from '../updates/update.ts';
import type { FailureKey } from '../words/catalogue.ts';
import { afterFailure } from './ask-failure.ts';
import type { Picture } from './picture.ts';

/** A question that was accepted from a chat. */
export interface Question extends Where {
  /** The same for the same question: it is asked once, however often it is asked. */
  readonly requestId: string;
  readonly user: number;
  readonly message: number;
  readonly text: string;
  readonly pictures?: readonly Picture[];
  /** When it was asked anew, milliseconds since the epoch: a /stop before that was about what was asked before. Undefined: it was not. */
  readonly anewAt: number | undefined;
}

/** Is told of an answer while it comes. */
export interface Listener {
  /** What follows replaces what was said before. `turn` is the turn's name. */
  readonly begun: (turn: string) => void;
  /** All that was said, whenever that grows. */
  readonly grown: (text: string) => void;
}

/** How an answer ended. */
export type Heard =
  | { readonly how: 'finished'; readonly turn: Turn; readonly reason: FinishReason }
  /** `said` is what was heard before it failed; `turn` is the turn's name, where it has begun. */
  | {
      readonly how: 'failed';
      readonly turn: string | undefined;
      readonly message: FailureKey;
      readonly failure: Failure;
      readonly said: string;
    };

/** There is nobody to answer. */
const NOT_SET_UP: Failure = {
  code: 'FAILED_PRECONDITION',
  reason: 'ASSISTANT_UNKNOWN',
  domain: 'telegram.otvet',
  message: 'There is no assistant yet.',
};

/** A stream ended without its last step. */
const CUT: Failure = {
  code: 'UNKNOWN',
  reason: 'STREAM_CUT',
  domain: 'telegram.otvet',
  message: 'The stream was cut.',
};

/** Asks, and hears the answer to its end. */
export async function listen(desk: Desk, question: Question, listener: Listener): Promise<Heard> {
  const hearing = new Hearing(desk, question, listener);
  let tries = 0;
  let troubledSince: number | undefined;
  for (;;) {
    const before = hearing.steps;
    const failure = await attempt(hearing);
    desk.signal.throwIfAborted();
    if (failure === undefined) return hearing.end();
    if (hearing.steps > before) {
      tries = 0;
      troubledSince = undefined;
    }
    troubledSince ??= desk.clock.now();
    // A turn that ended with a failure gives the same failure again.
    const patience = hearing.isFinished ? Number.POSITIVE_INFINITY : desk.clock.now() - troubledSince;
    const next = afterFailure(failure, tries++, patience);
    if (next.do === 'tell') {
      return { how: 'failed', turn: hearing.turn, message: next.message, failure, said: hearing.text };
    }
    await sleep(next.afterMs, undefined, { signal: desk.signal });
  }
}

/** Undefined when the answer is finished. */
async function attempt(hearing: Hearing): Promise<Failure | undefined> {
  try {
    return await hearing.run();
  } catch (error) {
    if (error instanceof RpcError) return error.failure;
    throw error;
  }
}

/** One answer over one or more streams: each next one goes on where the one before broke. */
class Hearing {
  readonly #desk: Desk;
  readonly #question: Question;
  readonly #listener: Listener;
  #attempt = 0;
  #sequence = 0;
  #finished: { readonly turn: Turn; readonly reason: FinishReason } | undefined;
  text = '';
  turn: string | undefined;
  /** Steps heard so far, over all streams. */
  steps = 0;

  constructor(desk: Desk, question: Question, listener: Listener) {
    this.#desk = desk;
    this.#question = question;
    this.#listener = listener;
  }

  /** Whether the turn has its final record, whatever the stream did then. */
  get isFinished(): boolean {
    return this.#finished !== undefined;
  }

  end(): Heard {
    const { turn, text: said } = this;
    if (this.#finished === undefined) return { how: 'failed', turn, message: 'failed', failure: CUT, said };
    return { how: 'finished', ...this.#finished };
  }

  async run(): Promise<Failure | undefined> {
    const { bot, conversation, assistants, signal } = this.#desk;
    const { user, message, text, requestId, pictures } = this.#question;
    const assistant = await assistants.name();
    if (assistant === undefined) return NOT_SET_UP;
    const request = {
      assistant,
      sessionId: sessionIdOf(this.#question),
      question: text,
      requestId,
      ...(pictures === undefined ? {} : { attachments: [...pictures] }),
      position: BigInt(message),
      ...(this.#attempt > 0 ? { after: { attempt: this.#attempt, sequence: this.#sequence } } : {}),
    };
    const steps = conversation.ask(request, { principal: principalOf(bot, user, assistant), signal });
    for await (const step of steps) this.#hear(step, assistant);
    return this.#finished === undefined ? CUT : undefined;
  }

  #hear({ event }: AskResponse, assistant: string): void {
    this.steps++;
    switch (event.case) {
      case 'started':
        this.#begin(event.value.turn, event.value.attempt, assistant);
        break;
      case 'delta':
        this.#sequence = event.value.sequence;
        this.text += event.value.text;
        this.#listener.grown(this.text);
        break;
      case 'finished':
        if (event.value.turn !== undefined) {
          this.#finished = { turn: event.value.turn, reason: event.value.finishReason };
        }
        break;
    }
  }

  /** What follows replaces what was said; a stream that goes on where another broke does not begin. */
  #begin(turn: string, attempt: number, assistant: string): void {
    this.#attempt = attempt;
    this.#sequence = 0;
    this.text = '';
    this.turn = turn;
    this.#listener.begun(turn);
    this.#stopIfAsked(assistant);
  }

  /** A /stop that overtook this question found no turn to stop. */
  #stopIfAsked(assistant: string): void {
    const { bot, conversation, stops, log } = this.#desk;
    const { user, message, anewAt } = this.#question;
    const stop = async (): Promise<void> => {
      const where = this.#question;
      const isStopped = await (anewAt === undefined
        ? stops.isStopped(where, message)
        : stops.isStoppedSince(where, anewAt));
      if (!isStopped) return;
      const session = sessionOf(bot, this.#question, assistant);
      await conversation.stopTurns({ session }, { principal: principalOf(bot, user, assistant) });
    };
    stop().catch((err: unknown) => log.warn({ err }, 'a turn could not be stopped'));
  }
}
