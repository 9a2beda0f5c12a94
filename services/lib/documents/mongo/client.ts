import { MongoClient, type MongoClientOptions } from 'mongodb';
import { isAway, unavailable } from '#lib/documents/mongo/failures.ts';
import { type MongoAddress, parseMongoUrl } from '#lib/documents/mongo/url.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';

/** Calls in flight at once from one process; more wait. The server holds about 1 MiB for each connection. */
const MAX_POOL_SIZE = 50;
/** How long a call waits for a free connection: a store that slow is better called unavailable. */
const WAIT_QUEUE_TIMEOUT_MS = 10_000;
/** A server of the same network answers in milliseconds; a host that is gone answers never. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than most elections of a new primary take: calls that come meanwhile wait and then succeed. */
const SERVER_SELECTION_TIMEOUT_MS = 12_000;
/** How long a write may wait for the majority of the servers. After it nobody knows whether the write will stay. */
const WRITE_TIMEOUT_MS = 10_000;
/** Longer than any call may take: a connection so silent is dead, and the driver tries the call once more on another one. */
const SOCKET_TIMEOUT_MS = 15_000;
/** Between looks at a server. One that answers no more at all is given up after this and the time to connect: 10 s. */
const HEARTBEAT_MS = 5_000;
/** A connection that nobody used for so long is closed: what a storm opened does not stay. */
const MAX_IDLE_TIME_MS = 30_000;
/** Between attempts to reach a MongoDB at start: doubled from the least to the most. */
const LEAST_WAIT_MS = 500;
const MOST_WAIT_MS = 15_000;

/** What is set in code, whatever the URL says: what is acknowledged is in the journals of the majority, reads see only such. */
const FIXED: MongoClientOptions = {
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: WRITE_TIMEOUT_MS },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  retryWrites: true,
  retryReads: true,
  ignoreUndefined: true,
};

/** What the URL may say otherwise. */
const LIMITS = {
  maxPoolSize: MAX_POOL_SIZE,
  maxIdleTimeMS: MAX_IDLE_TIME_MS,
  waitQueueTimeoutMS: WAIT_QUEUE_TIMEOUT_MS,
  connectTimeoutMS: CONNECT_TIMEOUT_MS,
  serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
  socketTimeoutMS: SOCKET_TIMEOUT_MS,
  heartbeatFrequencyMS: HEARTBEAT_MS,
} satisfies MongoClientOptions;

/** What the store has to say, for operators. A pino logger is one. */
export interface MongoLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface MongoOptions {
  /** `OTVET_MONGODB_URL`. */
  readonly url: string;
  /** Whose data: its database is `PREFIX_SERVICE`. */
  readonly service: string;
  readonly log: MongoLog;
  /** Ends the waiting for a MongoDB that is not there. */
  readonly signal?: AbortSignal | undefined;
}

/** A client that has reached its MongoDB. */
export interface Connected {
  readonly client: MongoClient;
  readonly hosts: string;
  readonly database: string;
}

/**
 * Connects and waits until `begin` succeeds, however long MongoDB is not there, has no primary or refuses the password: whoever
 * starts it last need not be waited for by hand, and each attempt says why it failed. Throws `StoreUnavailable` for a URL that no
 * waiting will mend and for what `begin` throws of its own.
 */
export async function connectMongo<T>(options: MongoOptions, begin: (connected: Connected) => Promise<T>): Promise<T> {
  const address = addressOf(options.url);
  const database = databaseOf(address, options.service);
  const waits = (error: unknown, more: object): void => {
    const reason = (unavailable(error, address.hosts) as Error).message;
    options.log.warn({ database, reason, ...more }, 'waiting for MongoDB');
  };
  for (let wait = LEAST_WAIT_MS, waited = false; ; wait = Math.min(wait * 2, MOST_WAIT_MS), waited = true) {
    options.signal?.throwIfAborted();
    try {
      // The first attempt goes on for a while: its first trouble is told at once.
      const begun = await attempt(address, options.service, begin, waited ? undefined : (error) => waits(error, {}));
      if (waited) options.log.info({ database }, 'MongoDB is there');
      return begun;
    } catch (error) {
      if (!isAway(error)) throw error;
      waits(error, { retryMs: wait });
    }
    await pause(wait, options.signal);
  }
}

/** Connects and begins, once. Throws `StoreUnavailable`, which says why it failed. */
export async function reachMongo<T>(
  { url, service }: Pick<MongoOptions, 'url' | 'service'>,
  begin: (connected: Connected) => Promise<T>,
): Promise<T> {
  const address = addressOf(url);
  try {
    return await attempt(address, service, begin);
  } catch (error) {
    throw unavailable(error, address.hosts);
  }
}

async function attempt<T>(
  address: MongoAddress,
  service: string,
  begin: (connected: Connected) => Promise<T>,
  onTrouble?: (error: Error) => void,
): Promise<T> {
  const client = clientOf(address, service);
  if (onTrouble !== undefined) client.once('serverHeartbeatFailed', ({ failure }) => onTrouble(failure));
  try {
    await client.connect();
    return await begin({ client, hosts: address.hosts, database: databaseOf(address, service) });
  } catch (error) {
    await client.close();
    throw error;
  }
}

function databaseOf({ prefix }: MongoAddress, service: string): string {
  return `${prefix}_${service}`;
}

function addressOf(url: string): MongoAddress {
  try {
    return parseMongoUrl(url);
  } catch (error) {
    throw new StoreUnavailable((error as Error).message);
  }
}

function clientOf(address: MongoAddress, service: string): MongoClient {
  const limits = Object.entries(LIMITS).filter(([name]) => !address.options.has(name.toLowerCase()));
  try {
    return new MongoClient(address.url, { appName: `otvet-${service}`, ...Object.fromEntries(limits), ...FIXED });
  } catch (error) {
    // The driver's message names the option that it does not take, and may quote its value.
    throw new StoreUnavailable(`the driver does not take it: ${withoutValues((error as Error).message)}`);
  }
}

/** Only the words of a message: quoted values and what looks like an address go. */
function withoutValues(message: string): string {
  return message.replace(/(["'`]).*?\1|\S*[:@=]\S*/g, '…').slice(0, 200);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
