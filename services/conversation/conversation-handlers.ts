import type { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { CallContext, Handlers } from '#lib/rpc/server.ts';
import type { Asking, Question } from './asking.ts';
import { principalMissing } from './failures.ts';
import { type Reader, readable } from './session-access.ts';
import type { Stopping } from './stopping.ts';

/** ConversationService: asking and being answered. */
export function conversationHandlers(
  asking: Asking,
  stopping: Stopping,
  reader: Reader,
): Handlers<typeof ConversationService> {
  return {
    async *ask(request, context) {
      const accepted = await asking.accept(questionOf(request, request.position), principalOf(context), context.span);
      yield* asking.tell(accepted, request.after, context.signal);
    },

    async askUnary(request, context) {
      const accepted = await asking.accept(questionOf(request, 0n), principalOf(context), context.span);
      for await (const { event } of asking.tell(accepted, undefined, context.signal)) {
        if (event?.case === 'finished' && event.value.turn) return { turn: event.value.turn };
      }
      throw context.signal.reason;
    },

    async stopTurns(request, context) {
      const session = await readable(reader, request.session, context.principal);
      return { stoppedCount: session ? await stopping.stop(session) : 0 };
    },
  };
}

type Asked = Pick<Question, 'assistant' | 'sessionId' | 'question' | 'requestId' | 'language'>;

function questionOf(request: Asked, position: bigint): Question {
  const { assistant, sessionId, question, requestId, language } = request;
  return { assistant, sessionId, question: question.trim(), requestId, language, position: Number(position) };
}

function principalOf(context: CallContext): NonNullable<CallContext['principal']> {
  if (!context.principal) throw principalMissing();
  return context.principal;
}
