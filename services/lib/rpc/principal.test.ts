import { create, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { PrincipalReader, PrincipalWriter } from '#lib/rpc/principal.ts';

const person = create(PrincipalSchema, {
  channel: Channel.TELEGRAM,
  realm: 'telegram-42',
  subject: '4711',
  scopes: [Scope.ASK],
  assistants: ['assistants/bank'],
});

describe('a principal', () => {
  it('is read as it was written, and shared by calls that carry the same', () => {
    const reader = new PrincipalReader();
    const bytes = new PrincipalWriter().write(person);
    expect(reader.read(bytes)).to.deep.equal(person);
    expect(reader.read(Buffer.from(bytes))).to.equal(reader.read(bytes));
  });

  it('cannot be changed by a handler', () => {
    const read = new PrincipalReader().read(new PrincipalWriter().write(person));
    expect(() => read?.scopes.push(Scope.ADMIN)).to.throw(TypeError);
    expect(() => Object.assign(read ?? {}, { subject: 'other' })).to.throw(TypeError);
  });

  it('is none when it breaks its rules', () => {
    const reader = new PrincipalReader();
    const broken = [
      { ...person, realm: '' },
      { ...person, realm: 'key k' },
      { ...person, subject: 'x'.repeat(65) },
      { ...person, channel: Channel.UNSPECIFIED },
    ];
    for (const one of broken) {
      const bytes = toBinary(PrincipalSchema, create(PrincipalSchema, one));
      expect(reader.read(Buffer.from(bytes))).to.equal(undefined);
    }
    expect(reader.read(Buffer.from([0xff, 0xff]))).to.equal(undefined);
  });
});
