/** Calls to the API by the Connect protocol, with the session cookie that the browser holds. */

const END_OF_STREAM = 2;

/** A call that failed. `code` is Connect's, such as `unavailable`, or `lost` when the connection broke. */
export class CallFailed extends Error {
  constructor({ code, details = [] }) {
    super(code);
    this.code = code;
    const info = details.find(({ type }) => type === 'google.rpc.ErrorInfo')?.debug;
    const retry = details.find(({ type }) => type === 'google.rpc.RetryInfo')?.debug;
    this.domain = info?.domain ?? '';
    this.reason = info?.reason ?? '';
    this.id = info?.metadata?.id ?? '';
    this.retrySeconds = Math.max(1, Math.ceil(Number.parseFloat(retry?.retryDelay ?? '1')));
  }
}

/** One answer to one request. Rejects with `CallFailed`. */
export async function call(method, request) {
  const response = await send(`/${method}`, 'application/json', JSON.stringify(request));
  const body = await json(response);
  if (!response.ok) throw new CallFailed({ code: 'unknown', ...body });
  return body;
}

/** Makes sure that this browser has a chat session. Gives `{realm}`, the first part of its sessions' names. */
export async function openVisit() {
  const response = await send('/session', 'application/json', '{}');
  const body = await json(response);
  if (!response.ok) throw new CallFailed({ code: 'unknown', ...body });
  return body;
}

/** A stream of answers to one request. Throws `CallFailed`; a stream without a proper end is `lost`. */
export async function* stream(method, request, signal) {
  const response = await send(`/${method}`, 'application/connect+json', enveloped(request), signal);
  if (!response.ok || response.body === null) throw new CallFailed({ code: 'unavailable' });
  for await (const { flags, message } of envelopes(response.body.getReader())) {
    if ((flags & END_OF_STREAM) === 0) yield message;
    else if (message.error === undefined) return;
    else throw new CallFailed(message.error);
  }
  throw new CallFailed({ code: 'lost' });
}

/** Cuts bytes into enveloped JSON messages: a byte of flags, four of length, then so many bytes. */
export async function* envelopes(reader) {
  let rest = new Uint8Array(0);
  for (;;) {
    while (rest.length >= 5) {
      const length = new DataView(rest.buffer, rest.byteOffset).getUint32(1);
      if (rest.length < 5 + length) break;
      const message = JSON.parse(new TextDecoder().decode(rest.subarray(5, 5 + length)));
      yield { flags: rest[0], message };
      rest = rest.subarray(5 + length);
    }
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    const joined = new Uint8Array(rest.length + value.length);
    joined.set(rest);
    joined.set(value, rest.length);
    rest = joined;
  }
}

/** One message in its envelope. */
export function enveloped(message) {
  const text = new TextEncoder().encode(JSON.stringify(message));
  const bytes = new Uint8Array(5 + text.length);
  new DataView(bytes.buffer).setUint32(1, text.length);
  bytes.set(text, 5);
  return bytes;
}

async function send(path, type, body, signal) {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: { 'content-type': type, 'connect-protocol-version': '1' },
      body,
      signal,
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch {
    throw new CallFailed({ code: 'lost' });
  }
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    throw new CallFailed({ code: response.ok ? 'lost' : 'unavailable' });
  }
}
