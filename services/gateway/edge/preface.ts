/** The first bytes of every HTTP/2 connection whose client knows beforehand (h2c): `PRI * HTTP/2.0...`. */
const HTTP2_PREFACE = Buffer.from('PRI');

/** What the first bytes of a plain connection speak. `more`: too few bytes to tell. */
export type Preface = 'http1' | 'http2' | 'more';

/** Tells HTTP/2 from HTTP/1.1 by the first bytes received. No method of HTTP/1.1 begins with `PRI`. */
export function prefaceOf(bytes: Uint8Array): Preface {
  const length = Math.min(bytes.length, HTTP2_PREFACE.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== HTTP2_PREFACE[i]) return 'http1';
  return length === HTTP2_PREFACE.length ? 'http2' : 'more';
}
