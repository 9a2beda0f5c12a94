import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  type StoredMsg,
} from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { copyOf, LETTER } from '#lib/events/nats/dead-letters.ts';
import { unreached } from '#lib/events/nats/link.ts';
import { eventOf, REPLAY } from '#lib/events/nats/message.ts';
import { DEAD_LETTERS, declareStreams } from '#lib/events/nats/streams.ts';
import { connectionOptions } from '#lib/events/nats/url.ts';
import { LoggableError } from '#lib/telemetry/error.ts';

const ANSWER_LIMIT_MS = 5_000;

/** A letter as an operator sees it. */
export interface FoundLetter {
  /** The event's id; `#` and a number for what is no event. */
  readonly id: string;
  /** Its place in the stream. */
  readonly sequence: number;
  /** Full name of the message; empty for what is no event. */
  readonly type: string;
  /** The resource that changed; empty for what is no event. */
  readonly subject: string;
  readonly consumer: string;
  readonly when: Date;
  readonly reason: string;
  readonly attempts: number;
}

/** The dead letters of one NATS server, for an operator. */
export interface LetterBox extends AsyncDisposable {
  /** All letters, the oldest first. */
  letters(): AsyncIterable<FoundLetter>;
  /** Publishes a letter's event where it came from, and takes the letter away. False where it is gone already. */
  replay(letter: FoundLetter): Promise<boolean>;
}

/** NATS cannot be asked. The message says why, for operators, without the address, which may hold a password. */
export class NatsUnavailable extends LoggableError {
  override readonly name = 'NatsUnavailable';
}

/** Opens the dead letters by the address in `OTVET_NATS_URL`. Throws `NatsUnavailable` after a few seconds at the most. */
export async function openLetterBox(url: string): Promise<LetterBox> {
  const connection = await connectOnce(url);
  const client = jetstream(connection, { timeout: ANSWER_LIMIT_MS });
  try {
    const manager = await client.jetstreamManager(false);
    await declareStreams(manager);
    return {
      letters: () => letters(manager),
      replay: ({ sequence }) => replay(client, manager, sequence),
      [Symbol.asyncDispose]: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw new NatsUnavailable('it has no JetStream, or this user may not use it', { cause: error });
  }
}

async function connectOnce(url: string): Promise<NatsConnection> {
  try {
    return await connect({
      ...connectionOptions(url, 'otvet dead-letters'),
      timeout: ANSWER_LIMIT_MS,
      reconnect: false,
      maxReconnectAttempts: 1,
    });
  } catch (error) {
    throw new NatsUnavailable(unreached(error), { cause: error });
  }
}

async function* letters(manager: JetStreamManager): AsyncIterable<FoundLetter> {
  const { state } = await manager.streams.info(DEAD_LETTERS);
  for (let sequence = Math.max(1, state.first_seq); sequence <= state.last_seq; sequence++) {
    const stored = await storedAt(manager, sequence);
    if (stored) yield describe(stored);
  }
}

async function replay(client: JetStreamClient, manager: JetStreamManager, sequence: number): Promise<boolean> {
  const stored = await storedAt(manager, sequence);
  if (!stored) return false;
  const set = copyOf(stored.header);
  const subject = set.get(LETTER.subject);
  for (const name of [...Object.values(LETTER), 'Nats-Msg-Id']) set.delete(name);
  set.set(REPLAY, String(sequence));
  // Under an id of its own: the event's may still be known to the stream, which would pass over it.
  await client.publish(subject, stored.data, { headers: set, msgID: `replay/${sequence}` });
  await manager.streams.deleteMessage(DEAD_LETTERS, sequence);
  return true;
}

async function storedAt(manager: JetStreamManager, sequence: number): Promise<StoredMsg | undefined> {
  try {
    return (await manager.streams.getMessage(DEAD_LETTERS, { seq: sequence })) ?? undefined;
  } catch (error) {
    // Replayed before, or too old.
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound) return undefined;
    throw error;
  }
}

function describe({ header, data, seq, time }: StoredMsg): FoundLetter {
  const event = eventOf(header, data);
  return {
    id: event?.id ?? `#${seq}`,
    sequence: seq,
    type: event?.type ?? '',
    subject: event?.subject ?? '',
    consumer: header.get(LETTER.consumer),
    when: time,
    reason: header.get(LETTER.reason),
    attempts: Number(header.get(LETTER.attempts)),
  };
}
