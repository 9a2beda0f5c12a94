/** OP_MSG, the one form of message that current drivers and servers exchange. */
const OP_MSG = 2013;
const HEADER_BYTES = 16;
/** After the header: four bytes of flags, one of the section's kind, four of the document's length, one of the first field's type. */
const FIRST_NAME_AT = 26;

/** A message of MongoDB's wire protocol. */
export interface WireMessage {
  readonly bytes: Buffer;
  readonly requestId: number;
  /** The request that it answers. */
  readonly responseTo: number;
  /** Name of the first field, which in a request is the command; empty for other forms. */
  readonly command: string;
}

/** Puts messages together from the pieces in which they come. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are whole by now. */
  push(bytes: Buffer): readonly WireMessage[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: WireMessage[] = [];
    while (this.#rest.length >= HEADER_BYTES) {
      const length = this.#rest.readInt32LE(0);
      if (this.#rest.length < length) break;
      messages.push(read(this.#rest.subarray(0, length)));
      this.#rest = this.#rest.subarray(length);
    }
    return messages;
  }
}

function read(bytes: Buffer): WireMessage {
  const isCommand = bytes.readInt32LE(12) === OP_MSG && bytes.length > FIRST_NAME_AT && bytes[20] === 0;
  const end = isCommand ? bytes.indexOf(0, FIRST_NAME_AT) : -1;
  const command = end < 0 ? '' : bytes.toString('utf8', FIRST_NAME_AT, end);
  return { bytes, requestId: bytes.readInt32LE(4), responseTo: bytes.readInt32LE(8), command };
}
