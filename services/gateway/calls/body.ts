import { messageTooLarge } from '#lib/rpc/failures.ts';
import { toConnectError } from './errors.ts';

/** What envelopes, and a few bytes of a stream's end, may add to a message. */
const AROUND_BYTES = 1_024;
const ENVELOPE_BYTES = 5;

/** How much of a body that is too large is still taken, in bytes. */
const DISCARDED_BYTES = 64 * 1024 * 1024;

/**
 * Passes a request's body on, and fails with a `ConnectError` when it is larger than its message may be: by the size that
 * the envelope announces, where there is one, else by what comes. The rest is taken and thrown away first, up to a bound:
 * most clients read an answer only when they have sent all.
 */
export async function* limited(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  enveloped: boolean,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  let bytes = 0;
  for await (const chunk of body) {
    const announced = total === 0 && enveloped ? announcedBytes(chunk) : 0;
    total += chunk.length;
    bytes = Math.max(bytes, announced, total - AROUND_BYTES);
    if (bytes <= maxBytes) yield chunk;
    else if (total > DISCARDED_BYTES) break;
  }
  if (bytes > maxBytes) throw toConnectError(messageTooLarge(bytes, maxBytes));
}

function announcedBytes(chunk: Uint8Array): number {
  if (chunk.length < ENVELOPE_BYTES) return 0;
  return new DataView(chunk.buffer, chunk.byteOffset).getUint32(1);
}

/** True for the content types whose messages come in envelopes: gRPC, gRPC-Web and streams of Connect. */
export function isEnveloped(contentType: string | undefined): boolean {
  return /^application\/(grpc|connect\+)/i.test(contentType ?? '');
}
