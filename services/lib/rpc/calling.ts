import type { DescMethod, Message, MessageInitShape } from '@bufbuild/protobuf';
import type { CallOptions } from '#lib/rpc/call-options.ts';
import { OutgoingCall, type OutgoingMethod } from '#lib/rpc/outgoing.ts';
import { bareFailure, RpcError } from '#lib/rpc/status.ts';

type Request = MessageInitShape<DescMethod['input']>;

/** Makes a unary call, with its retries. Rejects with `RpcError`. */
export async function callUnary(method: OutgoingMethod, request: Request, options: CallOptions): Promise<Message> {
  const call = new OutgoingCall(method, request, options);
  let failed: RpcError | undefined;
  try {
    for (;;) {
      const attempt = call.start();
      try {
        const bytes = await attempt.next();
        if (!bytes) throw new RpcError(bareFailure('INTERNAL'));
        const response = call.decode(bytes);
        // The status comes after the response; only with it is the answer whole.
        await attempt.next();
        return response;
      } catch (error) {
        await call.waitToRetry(error);
      }
    }
  } catch (error) {
    failed = call.failureOf(error);
    throw failed;
  } finally {
    call.close(failed);
  }
}

/** A server-streaming call: each iteration makes it, with retries until the first response; breaking off cancels it. */
export function callStreaming(method: OutgoingMethod, request: Request, options: CallOptions): AsyncIterable<Message> {
  return {
    [Symbol.asyncIterator]() {
      const state: { call?: OutgoingCall; left: boolean } = { left: false };
      const responses = stream(method, request, options, state);
      return {
        next: () => responses.next(),
        return: () => {
          // A `next` that waits ends now; otherwise the generator would see `return` only after it.
          state.left = true;
          state.call?.cancel();
          return responses.return(undefined);
        },
      };
    },
  };
}

async function* stream(
  method: OutgoingMethod,
  request: Request,
  options: CallOptions,
  state: { call?: OutgoingCall; left: boolean },
): AsyncGenerator<Message, undefined, undefined> {
  const call = new OutgoingCall(method, request, options);
  state.call = call;
  let failed: RpcError | undefined;
  try {
    for (;;) {
      const attempt = call.start();
      try {
        for (let bytes = await attempt.next(); bytes; bytes = await attempt.next()) yield call.decode(bytes);
        return;
      } catch (error) {
        await call.waitToRetry(error);
      }
    }
  } catch (error) {
    if (state.left) return;
    failed = call.failureOf(error);
    throw failed;
  } finally {
    call.close(failed);
  }
}
