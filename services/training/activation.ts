import { create, toBinary } from '@bufbuild/protobuf';
import { ReleaseActivatedSchema } from '#gen/otvet/training/v1/events_pb.ts';
import type { OutboxEntry } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import { activeTraceparent } from '#lib/telemetry/traces.ts';
import { assistantName, releaseName } from './names.ts';

/** What is told when an assistant answers from another release. */
export interface ReleaseActivation {
  readonly outbox: readonly OutboxEntry[];
}

export function releaseActivated(
  assistant: string,
  release: string,
  previous: string | undefined,
  now: number,
  ids: Ids,
): ReleaseActivation {
  const message = create(ReleaseActivatedSchema, {
    release: releaseName(assistant, release),
    previousRelease: previous === undefined ? '' : releaseName(assistant, previous),
  });
  const traceparent = activeTraceparent();
  const entry: OutboxEntry = {
    id: ids.ordered(now),
    type: ReleaseActivatedSchema.typeName,
    subject: assistantName(assistant),
    time: now,
    data: Buffer.from(toBinary(ReleaseActivatedSchema, message)).toString('base64'),
    ...(traceparent === '' ? {} : { traceparent }),
  };
  return { outbox: [entry] };
}
