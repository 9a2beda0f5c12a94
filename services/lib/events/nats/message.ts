import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { type Event, EventSchema } from '#gen/otvet/feed/v1/feed_service_pb.ts';

/** Set on an event that an operator sends again: consumers that gave it up try it afresh. */
export const REPLAY = 'otvet-replay';

/** Where hints of an event go: `otvet.events.training.ReleaseActivated`. */
export function subjectOf(source: string, type: string): string {
  return `otvet.events.${token(source)}.${token(type.slice(type.lastIndexOf('.') + 1))}`;
}

/** The attributes of CloudEvents 1.0 as headers; the message's bytes are the event's `data` (binary mode). */
export function headersOf(event: Event): MsgHdrs {
  const set = headers();
  set.set('ce-specversion', '1.0');
  set.set('ce-id', encode(event.id));
  set.set('ce-source', encode(event.source));
  set.set('ce-type', encode(event.type));
  if (event.subject !== '') set.set('ce-subject', encode(event.subject));
  if (event.time) set.set('ce-time', new Date(timestampMs(event.time)).toISOString());
  if (event.traceparent !== '') set.set('traceparent', event.traceparent);
  set.set('content-type', 'application/protobuf');
  return set;
}

/** The event of a message; undefined where the message is none. Headers that nobody knows are passed over. */
export function eventOf(set: MsgHdrs | undefined, data: Uint8Array): Event | undefined {
  const [id, source, type] = ['ce-id', 'ce-source', 'ce-type'].map((name) => decode(set?.get(name) ?? ''));
  if (!id || !source || !type) return undefined;
  const time = Date.parse(set?.get('ce-time') ?? '');
  return create(EventSchema, {
    id,
    source,
    type,
    subject: decode(set?.get('ce-subject') ?? '') ?? '',
    ...(Number.isNaN(time) ? {} : { time: timestampFromMs(time) }),
    // The client's buffer holds other messages too, and lives on.
    data: data.slice(),
    traceparent: set?.get('traceparent') ?? '',
  });
}

/** Part of a subject: no dots, blanks or wildcards. */
export function token(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** Percent-encoding as the NATS binding of CloudEvents wants it: all but printable ASCII, and blank, `"` and `%`. */
function encode(text: string): string {
  return text.replace(/[^!#$&-~]/gu, (character) =>
    Buffer.from(character).reduce(
      (encoded, byte) => `${encoded}%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      '',
    ),
  );
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
