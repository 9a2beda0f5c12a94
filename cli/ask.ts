import { ConnectError } from '@connectrpc/connect';
import { Outcome, type Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { ask } from './answer-stream.ts';
import { type AnswerView, answerView } from './answer-view.ts';
import { chooseAssistant } from './assistant-choice.ts';
import type { Context } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';

export interface AskFlags {
  readonly assistant?: string;
  readonly session?: string;
  readonly lang?: string;
  readonly json?: boolean;
}

/** How long a Ctrl-C waits for the server to stop the turn, in milliseconds. */
const STOP_LIMIT_MS = 1_000;

/** `otvet ask QUESTION` */
export async function askCommand(context: Context, question: string, flags: AskFlags): Promise<ExitCode> {
  const { api, terminal, interrupted, pause } = context;
  if (question.trim() === '') throw new CliError('the question is empty', EXIT.usage);
  const view = answerView(terminal, flags.json === true);
  view.waiting();
  const assistant = await chooseAssistant(context, flags.assistant);
  const request = {
    assistant,
    question,
    // A session of its own has a name too, so that a lost connection finds its question again.
    sessionId: flags.session ?? `cli-${context.chance()}`,
    requestId: `cli-${context.chance()}`,
    language: flags.lang ?? '',
  };
  const onLost = (): void => view.notice('connection lost, trying again…');
  const ended = new AbortController();
  let turn = '';
  const stop = (): void => void stopTurn(context, turn).finally(() => ended.abort());
  interrupted.addEventListener('abort', stop, { once: true });
  try {
    for await (const event of ask(api.conversation, request, { signal: ended.signal, pause, onLost })) {
      if (event.kind === 'started') {
        turn = event.turn;
        if (event.again) view.again();
      } else if (event.kind === 'text') {
        view.text(event.text);
      } else {
        return concluded(event.turn, view, context);
      }
    }
    throw new CliError('the answer ended without its end');
  } catch (error) {
    view.broken();
    if (interrupted.aborted && error instanceof ConnectError) return EXIT.interrupted;
    throw error;
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
}

function concluded(turn: Turn, view: AnswerView, { interrupted }: Context): ExitCode {
  view.finished(turn);
  switch (turn.outcome) {
    case Outcome.REFUSED:
      return EXIT.unanswered;
    case Outcome.STOPPED:
      if (interrupted.aborted) return EXIT.interrupted;
      throw new CliError('the answer was stopped');
    case Outcome.FAILED:
      throw new CliError(`the model failed (${turn.failureReason}); ask again`);
    default:
      return EXIT.ok;
  }
}

/** Stops the turn at the server too; a server that does not answer stops it by itself when it wishes. */
async function stopTurn({ api }: Context, turn: string): Promise<void> {
  const session = turn.split('/turns/', 1)[0] ?? '';
  if (session === '') return;
  await api.conversation.stopTurns({ session }, { timeoutMs: STOP_LIMIT_MS }).catch(() => undefined);
}
