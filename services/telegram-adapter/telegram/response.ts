/** An HTTP/1.1 answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** How long the connection may stay idle and be used again, milliseconds; 0 when it ends with this answer. */
  readonly keepMs: number;
}

/** The answer breaks HTTP/1.1, or is larger than any of the Bot API. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
}

const MOST_HEAD_BYTES = 65_536;
const MOST_BODY_BYTES = 64 * 1024 ** 2;

/** A server that names no limit for idle connections has one of a minute or more. */
const KEPT_MS = 15_000;

interface Head {
  readonly status: number;
  readonly keepMs: number;
  /** Bytes of the body, or how its end is found. */
  readonly length: number | 'chunked' | 'untilEnd';
  /** Where the body begins. */
  readonly at: number;
}

const EMPTY = Buffer.alloc(0);

/** Reads one answer from the bytes of a connection. Throws `BrokenAnswer`. */
export class AnswerReader {
  #bytes: Buffer = EMPTY;
  /** What `#bytes` is the beginning of, where it had to grow: twice as large as needed, so that a file is not copied over and over. */
  #room: Buffer = EMPTY;
  #head: Head | undefined;

  /** True once any byte of the answer has come. */
  get begun(): boolean {
    return this.#bytes.length > 0;
  }

  /** More bytes. The answer when it is whole. */
  push(chunk: Buffer): HttpAnswer | undefined {
    this.#append(chunk);
    this.#head ??= this.#readHead();
    const head = this.#head;
    if (head === undefined) return undefined;
    if (this.#bytes.length - head.at > MOST_BODY_BYTES) throw new BrokenAnswer('too large');
    if (head.length === 'chunked') return this.#readChunks(head);
    if (head.length === 'untilEnd' || this.#bytes.length < head.at + head.length) return undefined;
    // Bytes behind the answer are nobody's: such a connection is not used again.
    const isClean = this.#bytes.length === head.at + head.length;
    const body = this.#bytes.subarray(head.at, head.at + head.length);
    return { status: head.status, body, keepMs: isClean ? head.keepMs : 0 };
  }

  /** The connection has ended. The answer, where that is how it ends. */
  end(): HttpAnswer | undefined {
    if (this.#head?.length !== 'untilEnd') return undefined;
    return { status: this.#head.status, body: this.#bytes.subarray(this.#head.at), keepMs: 0 };
  }

  #append(chunk: Buffer): void {
    if (this.#bytes.length === 0) {
      this.#bytes = chunk;
      return;
    }
    const length = this.#bytes.length + chunk.length;
    if (length > this.#room.length) {
      this.#room = Buffer.allocUnsafe(length * 2);
      this.#bytes.copy(this.#room);
    }
    chunk.copy(this.#room, this.#bytes.length);
    this.#bytes = this.#room.subarray(0, length);
  }

  /** Undefined while it is not whole. Passes over answers that only announce another. */
  #readHead(): Head | undefined {
    for (;;) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0 && this.#bytes.length > MOST_HEAD_BYTES) throw new BrokenAnswer('head too large');
      if (end < 0) return undefined;
      const head = parseHead(this.#bytes.toString('latin1', 0, end), end + 4);
      if (head.status >= 200) return head;
      this.#bytes = this.#bytes.subarray(end + 4);
      this.#room = EMPTY;
    }
  }

  #readChunks(head: Head): HttpAnswer | undefined {
    const pieces: Buffer[] = [];
    for (let at = head.at; ; ) {
      const lineEnd = this.#bytes.indexOf('\r\n', at);
      if (lineEnd < 0) return undefined;
      const size = /^([0-9a-fA-F]{1,8})[ \t]*(?:;|$)/.exec(this.#bytes.toString('latin1', at, lineEnd))?.[1];
      if (size === undefined) throw new BrokenAnswer('chunk size');
      const from = lineEnd + 2;
      const bytes = Number.parseInt(size, 16);
      if (bytes === 0) return this.#endOfChunks(head, pieces, from);
      if (this.#bytes.length < from + bytes + 2) return undefined;
      pieces.push(this.#bytes.subarray(from, from + bytes));
      at = from + bytes + 2;
    }
  }

  /** Behind the last chunk stand trailers, which nobody needs, and an empty line. */
  #endOfChunks(head: Head, pieces: readonly Buffer[], from: number): HttpAnswer | undefined {
    const isBare = this.#bytes.toString('latin1', from, from + 2) === '\r\n';
    const end = isBare ? from + 2 : this.#bytes.indexOf('\r\n\r\n', from) + 4;
    if (end < from + 2) return undefined;
    const keepMs = this.#bytes.length === end ? head.keepMs : 0;
    return { status: head.status, body: Buffer.concat(pieces), keepMs };
  }
}

function parseHead(head: string, at: number): Head {
  const [, version, digits] = /^HTTP\/1\.([01]) (\d{3})(?: |\r\n|$)/.exec(head) ?? [];
  if (digits === undefined) throw new BrokenAnswer('status line');
  const status = Number(digits);
  const hasNoBody = status < 200 || status === 204 || status === 304;
  const length = hasNoBody ? 0 : bodyLength(head);
  const connection = headerOf(head, 'connection')?.toLowerCase() ?? (version === '1' ? '' : 'close');
  const keeps = length !== 'untilEnd' && !connection.includes('close');
  return { status, length, at, keepMs: keeps ? keptMs(head) : 0 };
}

function bodyLength(head: string): Head['length'] {
  const encoding = headerOf(head, 'transfer-encoding');
  if (encoding !== undefined) {
    if (encoding.toLowerCase() !== 'chunked') throw new BrokenAnswer('transfer encoding');
    return 'chunked';
  }
  const length = headerOf(head, 'content-length');
  if (length === undefined) return 'untilEnd';
  if (!/^\d{1,10}$/.test(length)) throw new BrokenAnswer('content length');
  return Number(length);
}

/** A second less than the server grants, so that it does not end a connection while it is being used. */
function keptMs(head: string): number {
  const seconds = /timeout=(\d{1,6})/.exec(headerOf(head, 'keep-alive') ?? '')?.[1];
  return seconds === undefined ? KEPT_MS : Math.max(0, Math.min(KEPT_MS, Number(seconds) * 1000 - 1000));
}

function headerOf(head: string, name: 'connection' | 'content-length' | 'keep-alive' | 'transfer-encoding') {
  return HEADERS[name].exec(head)?.[1];
}

const HEADERS = {
  connection: /\r\nconnection:[ \t]*([^\r\n]*?)[ \t]*(?:\r\n|$)/i,
  'content-length': /\r\ncontent-length:[ \t]*([^\r\n]*?)[ \t]*(?:\r\n|$)/i,
  'keep-alive': /\r\nkeep-alive:[ \t]*([^\r\n]*?)[ \t]*(?:\r\n|$)/i,
  'transfer-encoding': /\r\ntransfer-encoding:[ \t]*([^\r\n]*?)[ \t]*(?:\r\n|$)/i,
};
