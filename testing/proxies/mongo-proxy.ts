// MongoDB's wire protocol, as far as a test must speak it to make a database fail at the worst moment.
import { BSON } from 'mongodb';
import { type Passage, type ProxiedConnection, TcpProxy } from './tcp-proxy.ts';
import { MessageReader, type WireMessage } from './wire-message.ts';

/** Commands that write. */
const WRITES: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'findAndModify',
  'findandmodify',
  'bulkWrite',
]);

const NOT_PRIMARY = {
  ok: 0,
  errmsg: 'not primary',
  code: 10107,
  codeName: 'NotWritablePrimary',
  errorLabels: ['RetryableWriteError'],
};

/** A way to a MongoDB that can refuse writes as a replica without its primary's seat does, or lose the reply of a write. */
export interface MongoProxy extends AsyncDisposable {
  readonly tcp: TcpProxy;
  /** So many of the next writes are answered NotWritablePrimary, and never reach the server. */
  refuseWrites(count: number): void;
  /** So many of the next writes reach the server, and the connection is cut when its reply comes. */
  cutReplies(count: number): void;
  /** How many writes met each. */
  readonly met: Readonly<Met>;
}

/** Starts a proxy before the MongoDB at a port of 127.0.0.1. */
export async function startMongoProxy(target: number): Promise<MongoProxy> {
  const state: Orders = { refuse: 0, cut: 0 };
  const met: Met = { refused: 0, cut: 0 };
  const tcp = await TcpProxy.start({
    targets: [target],
    passage: (connection) => new MongoPassage(connection, state, met),
  });
  return {
    tcp,
    met,
    refuseWrites: (count) => {
      state.refuse += count;
    },
    cutReplies: (count) => {
      state.cut += count;
    },
    [Symbol.asyncDispose]: () => tcp[Symbol.asyncDispose](),
  };
}

interface Orders {
  refuse: number;
  cut: number;
}

interface Met {
  refused: number;
  cut: number;
}

/** Reads the commands of one connection. */
class MongoPassage implements Passage {
  readonly #connection: ProxiedConnection;
  readonly #state: Orders;
  readonly #met: Met;
  readonly #commands = new MessageReader();
  readonly #replies = new MessageReader();
  /** The request whose reply is to be lost. */
  #doomed: number | undefined;

  constructor(connection: ProxiedConnection, state: Orders, met: Met) {
    this.#connection = connection;
    this.#state = state;
    this.#met = met;
  }

  up(bytes: Buffer): Buffer {
    return Buffer.concat(
      this.#commands
        .push(bytes)
        .filter((message) => this.#passes(message))
        .map(({ bytes }) => bytes),
    );
  }

  down(bytes: Buffer): Buffer {
    const passing: Buffer[] = [];
    for (const message of this.#replies.push(bytes)) {
      if (message.responseTo === this.#doomed) {
        this.#met.cut += 1;
        this.#connection.cut();
        return Buffer.alloc(0);
      }
      passing.push(message.bytes);
    }
    return Buffer.concat(passing);
  }

  #passes(message: WireMessage): boolean {
    if (!WRITES.has(message.command)) return true;
    if (this.#state.refuse > 0) {
      this.#state.refuse -= 1;
      this.#met.refused += 1;
      this.#connection.answer(replyTo(message.requestId, NOT_PRIMARY));
      return false;
    }
    if (this.#state.cut > 0 && this.#doomed === undefined) {
      this.#state.cut -= 1;
      this.#doomed = message.requestId;
    }
    return true;
  }
}

/** An OP_MSG that answers a request. */
function replyTo(requestId: number, document: BSON.Document): Buffer {
  const body = BSON.serialize(document);
  const head = Buffer.alloc(21);
  head.writeInt32LE(21 + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, body]);
}
