import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { during, type Session } from '#lib/events/nats/link.ts';
import { REPLAY, token } from '#lib/events/nats/message.ts';
import { describeError } from '#lib/telemetry/error.ts';

/** Headers of a letter, beside those of its event. */
export const LETTER = {
  consumer: 'otvet-dead-consumer',
  subject: 'otvet-dead-subject',
  reason: 'otvet-dead-reason',
  attempts: 'otvet-dead-attempts',
} as const;

/** What is to be put aside. */
export interface DeadLetter {
  /** Identifies it among those of its consumer: the event's id, where there is one. */
  readonly id: string;
  /** The service that could not apply it. */
  readonly consumer: string;
  /** Where it was published. */
  readonly subject: string;
  readonly attempts: number;
  /** Why, without what people wrote. */
  readonly reason: string;
  /** As it came. */
  readonly headers: MsgHdrs;
  readonly data: Uint8Array;
}

/** Why an event could not be applied, in a line for operators: kinds and codes of errors, never what they quote. */
export function reasonOf(error: unknown): string {
  const words: string[] = [];
  for (let at: ReturnType<typeof describeError> | undefined = describeError(error); at; at = at.cause) {
    words.push([at.type, at.code, at.message].filter((word) => word !== undefined).join(' '));
  }
  return words.join(', because of ');
}

/** Keeps a letter. Rejects where the server does not acknowledge it. */
export async function putDeadLetter(session: Session, letter: DeadLetter): Promise<void> {
  const set = copyOf(letter.headers);
  set.set(LETTER.consumer, letter.consumer);
  set.set(LETTER.subject, letter.subject);
  set.set(LETTER.reason, letter.reason.replace(/[^ -~]+/g, ' ').slice(0, 500));
  set.set(LETTER.attempts, String(letter.attempts));
  // Replicas of a consumer give up the same event: one letter is enough.
  const msgID = `${letter.consumer}/${letter.id}/${letter.headers.get(REPLAY)}`;
  const subject = `otvet.dead.${token(letter.consumer)}`;
  await during(session, session.client.publish(subject, letter.data, { headers: set, msgID }));
}

/** The same headers, to be changed. */
export function copyOf(from: MsgHdrs): MsgHdrs {
  const copy = headers();
  for (const [name, values] of from) for (const value of values) copy.append(name, value);
  return copy;
}
