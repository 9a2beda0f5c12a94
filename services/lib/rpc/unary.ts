import type { DescMethod, Message, MessageInitShape } from '@bufbuild/protobuf';
import type { handleUnaryCall, ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { Call, type Method, statusOf } from '#lib/rpc/call.ts';
import type { CallContext, ServedCall } from '#lib/rpc/context.ts';
import type { StatusCode } from '#lib/rpc/status.ts';

export type UnaryHandler = (request: Message, context: CallContext) => Promise<MessageInitShape<DescMethod['output']>>;

/** A handler for grpc-js, which awaits nothing: all that goes wrong inside is answered inside. */
export function unaryHandler(method: Method, handler: UnaryHandler): handleUnaryCall<Buffer, Buffer> {
  return (raw, answer) => {
    void serveUnary(method, handler, raw, answer);
  };
}

async function serveUnary(
  method: Method,
  handler: UnaryHandler,
  raw: ServerUnaryCall<Buffer, Buffer>,
  answer: sendUnaryData<Buffer>,
): Promise<void> {
  const call = new Call(method, raw);
  let code: StatusCode | 'OK' = 'OK';
  let context: ServedCall | undefined;
  try {
    const admitted = call.admit();
    context = admitted.context;
    answerWhenEnded(admitted.context, raw, answer);
    const response = call.encode(await call.within(() => handler(admitted.request, admitted.context)));
    if (admitted.context.ended) throw admitted.context.ended;
    if (admitted.context.settle()) answer(null, response);
  } catch (error) {
    const failure = call.failureOf(error);
    code = failure.code;
    if (context?.settle() ?? true) answer(statusOf(failure));
  } finally {
    call.close(code);
  }
}

/** Our own deadline is answered when it passes, whether the handler settles or not. */
function answerWhenEnded(
  context: ServedCall,
  raw: ServerUnaryCall<Buffer, Buffer>,
  answer: sendUnaryData<Buffer>,
): void {
  context.onEnd(() => {
    if (context.ended && !raw.cancelled && context.settle()) answer(statusOf(context.ended.failure));
  });
}
