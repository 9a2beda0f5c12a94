import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { headers } from '@nats-io/transport-node';
import { expect } from 'chai';
import fc from 'fast-check';
import { EventSchema } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { eventOf, headersOf, subjectOf } from '#lib/events/nats/message.ts';

describe('an event as a NATS message', () => {
  const event = create(EventSchema, {
    id: '01',
    source: 'training',
    type: 'otvet.training.v1.ReleaseActivated',
    subject: 'assistants/shop',
    time: timestampFromMs(1_700_000_000_123),
    data: new Uint8Array([1, 2, 3]),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });

  it('has the attributes of CloudEvents as headers', () => {
    const set = headersOf(event);
    expect(set.get('ce-specversion')).to.equal('1.0');
    expect(set.get('ce-type')).to.equal('otvet.training.v1.ReleaseActivated');
    expect(set.get('ce-time')).to.equal('2023-11-14T22:13:20.123Z');
    expect(subjectOf(event.source, event.type)).to.equal('otvet.events.training.ReleaseActivated');
  });

  it('comes back as it was, whatever its subject is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (subject) => {
        const sent = { ...event, subject };
        expect(eventOf(headersOf(sent), sent.data)).to.deep.equal(sent);
      }),
    );
  });

  it('may have headers that nobody knows yet', () => {
    const set = headersOf(event);
    set.set('ce-partitionkey', 'new');
    expect(eventOf(set, event.data)).to.deep.equal(event);
  });

  it('is none without its attributes, or with ones that cannot be read', () => {
    expect(eventOf(undefined, event.data)).to.equal(undefined);
    expect(eventOf(headers(), event.data)).to.equal(undefined);
    const set = headersOf(event);
    set.set('ce-id', '%zz');
    expect(eventOf(set, event.data)).to.equal(undefined);
  });
});
