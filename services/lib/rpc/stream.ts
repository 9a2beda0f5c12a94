import type { DescMethod, Message, MessageInitShape } from '@bufbuild/protobuf';
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { Call, type Method, statusOf } from '#lib/rpc/call.ts';
import type { CallContext, ServedCall } from '#lib/rpc/context.ts';
import { Outlet } from '#lib/rpc/outlet.ts';
import type { StatusCode } from '#lib/rpc/status.ts';

type Response = MessageInitShape<DescMethod['output']>;
type RawStream = ServerWritableStream<Buffer, Buffer>;

export type StreamHandler = (request: Message, context: CallContext) => AsyncIterable<Response>;

/** A handler for grpc-js, which awaits nothing: all that goes wrong inside is answered inside. */
export function streamHandler(method: Method, handler: StreamHandler): handleServerStreamingCall<Buffer, Buffer> {
  return (raw) => {
    void serveStream(method, handler, raw);
  };
}

async function serveStream(method: Method, handler: StreamHandler, raw: RawStream): Promise<void> {
  const call = new Call(method, raw);
  let code: StatusCode | 'OK' = 'OK';
  let context: ServedCall | undefined;
  try {
    const admitted = call.admit();
    context = admitted.context;
    const responses = call.within(() => handler(admitted.request, admitted.context)[Symbol.asyncIterator]());
    await pump(call, admitted.context, raw, responses);
    if (admitted.context.settle()) raw.end();
  } catch (error) {
    const failure = call.failureOf(error);
    code = failure.code;
    if ((context?.settle() ?? true) && !raw.cancelled) raw.emit('error', statusOf(failure));
  } finally {
    call.close(code);
  }
}

/** Sends responses at the pace of the caller. Throws what the handler throws, or why the call ended early. */
async function pump(
  call: Call,
  context: ServedCall,
  raw: RawStream,
  responses: AsyncIterator<Response>,
): Promise<void> {
  context.onEnd(() => {
    giveUp(responses);
    // Our own deadline is answered when it passes, whether the handler settles or not.
    if (context.ended && !raw.cancelled && context.settle()) raw.emit('error', statusOf(context.ended.failure));
  });
  const outlet = new Outlet(raw);
  for (;;) {
    const step = await call.within(() => responses.next());
    if (context.ended) throw context.ended;
    if (step.done) return;
    if (!outlet.write(encodeOrGiveUp(call, responses, step.value))) await drained(context, outlet);
    if (context.ended) throw context.ended;
  }
}

function encodeOrGiveUp(call: Call, responses: AsyncIterator<Response>, response: Response): Buffer {
  try {
    return call.encode(response);
  } catch (error) {
    giveUp(responses);
    throw error;
  }
}

/** Tells the handler that nobody listens any more. What it throws in answer has nobody to be told to. */
function giveUp(responses: AsyncIterator<Response>): void {
  try {
    responses.return?.().then(undefined, ignore);
  } catch {
    ignore();
  }
}

function ignore(): undefined {
  return undefined;
}

/** Resolves when the stream takes more, or the call ended. */
function drained(context: ServedCall, outlet: Outlet): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outlet.offDrain(done);
      context.offEnd(done);
      resolve();
    };
    outlet.onDrain(done);
    context.onEnd(done);
  });
}
