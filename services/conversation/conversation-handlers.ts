import type { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { ModelService } from '#gen/otvet/llm/v1/model_service_pb.ts';
import type { Client } from '#lib/rpc/client.ts';
import type { CallContext, Handlers } from '#lib/rpc/server.ts';
import type { Asking, Question } from './asking.ts';
import { checkPictures } from './attachments.ts';
import { fieldInvalid, principalMissing } from './failures.ts';
import { type Reader, readable } from './session-access.ts';
import type { Stopping } from './stopping.ts';

/** ConversationService: asking and being answered. */
export function conversationHandlers(
  asking: Asking,
  stopping: Stopping,
  reader: Reader,
  model: Pick<Client<typeof ModelService>, 'transcribe'>,
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

    async transcribe({ audio, mimeType, language }, context) {
      principalOf(context);
      const timeoutMs = TRANSCRIPTION_MS;
      const heard = await model.transcribe({ audio, mimeType, language }, { context, timeoutMs });
      return { text: heard.text, language: heard.language, seconds: heard.seconds };
    },
  };
}

/** Longer than the model door's own limit may well be; the caller's deadline holds too. */
const TRANSCRIPTION_MS = 600_000;

type Asked = Omit<Question, 'position'>;

function questionOf(request: Asked, position: bigint): Question {
  const { assistant, sessionId, requestId, language, attachments } = request;
  const question = request.question.trim();
  if (question === '' && attachments.length === 0) throw fieldInvalid('question', 'must hold a question');
  checkPictures(attachments);
  return { assistant, sessionId, question, requestId, language, position: Number(position), attachments };
}

function principalOf(context: CallContext): NonNullable<CallContext['principal']> {
  if (!context.principal) throw principalMissing();
  return context.principal;
}
