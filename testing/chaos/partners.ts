import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { type AskRequest, ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { Partner } from '../public-api.ts';
import type { AskedByPartner, PartnerEnd } from './evidence.ts';
import type { Asking } from './plan.ts';
import { questionOf } from './questions.ts';

const RETRY_MS = 300;
/** A try may take so long before the partner thinks that it is lost. */
const TRY_LIMIT_MS = 30_000;
/** So often in a row the same failure is taken for the turn's end: when the turn was heard to begin, and when it was not. */
const SURE = { begun: 3, notBegun: 20 } as const;

type ApiAsking = Extract<Asking, { in: 'api' }>;

/** How far a stream was heard, over all tries. */
interface Heard {
  text: string;
  attempt: number;
  sequence: number;
}

/** Partners that ask through the public API and ask again with the same request_id until they are answered. */
export class Partners {
  readonly #clients: readonly Client<typeof ConversationService>[];
  readonly #assistant: string;
  readonly asked: AskedByPartner[] = [];

  constructor(edges: readonly string[], apiKey: string, assistant: string) {
    this.#clients = edges.map((edge) => new Partner(edge, apiKey).client(ConversationService));
    this.#assistant = assistant;
  }

  /** How many questions have no answer yet. */
  get inFlight(): number {
    return this.asked.filter(({ end }) => end === undefined).length;
  }

  /** Asks until there is an end, or `over` aborts. Never rejects. */
  async ask(asking: ApiAsking, over: AbortSignal): Promise<void> {
    const { tag, session } = asking;
    const asked: AskedByPartner = {
      tag,
      session,
      requestId: `chaos-${tag}`,
      askedAt: Date.now(),
      startedAt: undefined,
      tries: 0,
      lastProblem: '',
      end: undefined,
    };
    this.asked.push(asked);
    const heard: Heard = { text: '', attempt: 0, sequence: 0 };
    let [reason, times] = ['', 0];
    while (!over.aborted && asked.end === undefined) {
      try {
        asked.end = await this.#attempt(asking, asked, heard, over);
      } catch (error) {
        const failure = failureOf(error);
        times = failure.reason === reason ? times + 1 : 1;
        reason = failure.reason;
        asked.lastProblem = failure.problem;
        const sure = asked.startedAt === undefined ? SURE.notBegun : SURE.begun;
        if (failure.isFinal || (failure.mayBeFinal && times >= sure)) asked.end = { how: 'failed', reason };
        else await sleep(RETRY_MS, undefined, { signal: over }).catch(() => undefined);
      }
    }
  }

  async #attempt(asking: ApiAsking, asked: AskedByPartner, heard: Heard, over: AbortSignal): Promise<PartnerEnd> {
    const client = this.#clients[(asking.tag + asked.tries) % this.#clients.length] as Client<
      typeof ConversationService
    >;
    const limit = AbortSignal.timeout(Math.round(asking.cutsMs[asked.tries] ?? TRY_LIMIT_MS));
    asked.tries += 1;
    const options = { signal: AbortSignal.any([limit, over]) };
    const request = {
      assistant: `assistants/${this.#assistant}`,
      sessionId: asked.session,
      question: questionOf(asked.tag),
      requestId: asked.requestId,
    };
    if (!asking.stream) {
      const { turn } = await client.askUnary(request, options);
      asked.startedAt ??= Date.now();
      return { how: 'answered', turn: turn as Turn, text: turn?.answer ?? '' };
    }
    const { attempt, sequence } = heard;
    const after = attempt > 0 ? { after: { attempt, sequence } as AskRequest['after'] & object } : {};
    for await (const { event } of client.ask({ ...request, ...after }, options)) {
      if (event.case === 'started') {
        asked.startedAt ??= Date.now();
        Object.assign(heard, { text: '', attempt: event.value.attempt, sequence: 0 });
      } else if (event.case === 'delta') {
        heard.text += event.value.text;
        heard.sequence = event.value.sequence;
      } else if (event.case === 'finished') {
        return { how: 'answered', turn: event.value.turn as Turn, text: heard.text };
      }
    }
    throw new ConnectError('the stream ended without its last step', Code.Unavailable);
  }
}

interface CallFailure {
  readonly problem: string;
  readonly reason: string;
  /** The turn itself ended so. */
  readonly isFinal: boolean;
  /** It may be the turn's end, or something on the way. */
  readonly mayBeFinal: boolean;
}

function failureOf(error: unknown): CallFailure {
  if (!(error instanceof ConnectError))
    return { reason: 'UNKNOWN', problem: String(error), isFinal: false, mayBeFinal: false };
  const info = error.findDetails(ErrorInfoSchema)[0];
  const reason = info?.reason ?? Code[error.code];
  const isAway = info?.domain === 'conversation.otvet' && error.code === Code.Unavailable;
  const isOfTurn = info?.domain === 'llm.otvet' || info?.domain === 'conversation.otvet';
  const mayBeFinal = isAway || (info !== undefined && error.code === Code.Internal);
  const problem = `${Code[error.code]} ${reason}: ${error.rawMessage}`;
  return { reason, problem, isFinal: isOfTurn && !isAway, mayBeFinal };
}
