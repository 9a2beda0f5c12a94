import { type Client, Code, ConnectError } from '@connectrpc/connect';
import type { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { isUnreachable, reasonOf } from './failure.ts';

/** What happens to an answer, as its reader should show it. */
export type AnswerEvent =
  /** The turn is known; `again`: what was shown is void, the answer begins anew. */
  | { readonly kind: 'started'; readonly turn: string; readonly again: boolean }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'finished'; readonly turn: Turn };

/** A question as AskRequest carries it. */
export interface Question {
  readonly assistant: string;
  readonly question: string;
  readonly sessionId: string;
  /** Makes the question the same one however often it is sent. */
  readonly requestId: string;
  readonly language: string;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly pause: (ms: number) => Promise<void>;
  /** Told when the connection was lost and is sought again. */
  readonly onLost: () => void;
}

/** How long a lost connection is sought again, in milliseconds, and the longest wait between two tries. */
const PATIENCE_MS = 30_000;
const LONGEST_WAIT_MS = 4_000;

/**
 * Asks and follows the answer to its end. A lost connection is resumed where it broke: the request id says that it is
 * the same question, the position how much was heard. Throws `ConnectError` when the server refuses, cannot be reached
 * at all, or does not come back in time.
 */
export async function* ask(
  client: Client<typeof ConversationService>,
  question: Question,
  { signal, pause, onLost }: AskOptions,
): AsyncGenerator<AnswerEvent> {
  let attempt = 0;
  let sequence = 0;
  let lostAt: number | undefined;
  let wait = 250;
  // Shown once the stream is read to its end: what is left in it would keep the connection, and the process, for a minute.
  let finished: Turn | undefined;
  for (;;) {
    const after = attempt > 0 ? { attempt, sequence } : undefined;
    try {
      for await (const { event } of client.ask({ ...question, after }, { signal })) {
        lostAt = undefined;
        wait = 250;
        if (event.case === 'started') {
          const again = attempt > 0 && event.value.attempt !== attempt;
          if (event.value.attempt !== attempt) sequence = 0;
          attempt = event.value.attempt;
          yield { kind: 'started', turn: event.value.turn, again };
        } else if (event.case === 'delta' && event.value.sequence > sequence) {
          sequence = event.value.sequence;
          yield { kind: 'text', text: event.value.text };
        } else if (event.case === 'finished' && event.value.turn) {
          finished = event.value.turn;
        }
      }
      if (finished !== undefined) {
        yield { kind: 'finished', turn: finished };
        return;
      }
      throw new ConnectError('the answer ended without its end', Code.Unavailable);
    } catch (error) {
      if (signal.aborted || !(error instanceof ConnectError) || !mayComeBack(error, attempt > 0)) throw error;
      lostAt ??= performance.now();
      if (performance.now() - lostAt > PATIENCE_MS) throw error;
      onLost();
      await pause(wait);
      if (signal.aborted) throw error;
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    }
  }
}

/** A server that nobody was ever connected to is not waited for. */
function mayComeBack(error: ConnectError, wasConnected: boolean): boolean {
  if (isUnreachable(error)) return wasConnected || !isRefused(error);
  return reasonOf(error) === 'UNAVAILABLE' && wasConnected;
}

function isRefused(error: ConnectError): boolean {
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (
      'code' in cause &&
      /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|CERT_|UNABLE_|SELF_|DEPTH_)/.test(String(cause.code))
    )
      return true;
  }
  return false;
}
