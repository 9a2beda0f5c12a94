import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { CreateApiKeyRequestSchema } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { AskRequestSchema } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { UpdateSessionRequestSchema } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { CreateImportRequestSchema } from '#gen/otvet/training/v1/import_service_pb.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import { decodeBinary, decodeJsonText } from './decode.ts';

function failureOf(decode: () => unknown): Failure {
  try {
    decode();
  } catch (error) {
    if (error instanceof RpcError) return error.failure;
    throw error;
  }
  throw new Error('it was decoded');
}

const bytes = (text: string) => new TextEncoder().encode(text);
const faultsIn = (desc: Parameters<typeof decodeJsonText>[0], value: unknown) =>
  (failureOf(() => decodeJsonText(desc, bytes(JSON.stringify(value)))).violations ?? []).map(
    ({ field, description }) => `${field}: ${description}`,
  );

describe('a JSON request', () => {
  it('passes as it is', () => {
    const text =
      '{"assistant":"assistants/a","question":"Привет?","session_id":"s","position":"7","after":{"attempt":1}}';
    expect(decodeJsonText(AskRequestSchema, bytes(text))).to.equal(text);
  });

  it('is refused with every unknown field and wrong type at once, by path', () => {
    const request = { assistant: 5, question: ['a'], after: { attempt: 'x', foo: 1 }, position: 1.5, colour: 'red' };
    expect(faultsIn(AskRequestSchema, request)).to.have.members([
      'assistant: must be text',
      'question: must be text',
      'after.attempt: must be a whole number within its range',
      'after.foo: is not a field of otvet.conversation.v1.StreamPosition',
      'position: must be a whole number within its range',
      'colour: is not a field of otvet.conversation.v1.AskRequest',
    ]);
    const scopes = 'SCOPE_UNSPECIFIED, SCOPE_ASK, SCOPE_READ, SCOPE_TEACH, SCOPE_ADMIN';
    expect(
      faultsIn(CreateApiKeyRequestSchema, { scopes: ['SCOPE_ASK', 'SCOPE_ROOT'], assistants: 'a' }),
    ).to.have.members([`scopes[1]: must be one of ${scopes}`, 'assistants: must be a list']);
    expect(faultsIn(CreateImportRequestSchema, { content: '%%%' })).to.deep.equal(['content: must be bytes in base64']);
    expect(faultsIn(UpdateSessionRequestSchema, { update_mask: 3, session: 'x' })).to.have.members([
      'update_mask: must be a google.protobuf.FieldMask in its JSON form',
      'session: must be an object',
    ]);
  });

  it('is refused when a field comes under both of its names, or the number is too large', () => {
    expect(faultsIn(AskRequestSchema, { session_id: 'a', sessionId: 'b' })).to.deep.equal([
      'sessionId: is given more than once',
    ]);
    expect(faultsIn(AskRequestSchema, { after: { attempt: 2 ** 31 } })).to.deep.equal([
      'after.attempt: must be a whole number within its range',
    ]);
  });

  it('is refused when it is no JSON, no object or no UTF-8, without a word of what it says', () => {
    const hostile = ['', 'secret words', '{"question":"secret words', '[]', '"secret words"', '5', 'null'];
    for (const text of hostile) {
      const failure = failureOf(() => decodeJsonText(AskRequestSchema, bytes(text)));
      expect(failure.code, text).to.equal('INVALID_ARGUMENT');
      expect(JSON.stringify(failure), text).not.to.contain('secret');
    }
    const broken = Buffer.concat([bytes('{"question":"'), Buffer.from([0xff, 0xfe]), bytes('"}')]);
    expect(failureOf(() => decodeJsonText(AskRequestSchema, broken)).message).to.contain('UTF-8');
    expect(faultsIn(AskRequestSchema, { question: '\ud800' })).to.deep.equal([
      'question: must be text of valid Unicode',
    ]);
  });
});

describe('a binary request', () => {
  const opaque = (message: Uint8Array) => fromBinary(EmptySchema, message);

  it('is decoded from what the transport kept', () => {
    const ask = create(AskRequestSchema, {
      assistant: 'assistants/a',
      question: 'Почему?',
      after: { attempt: 1, sequence: 3 },
    });
    const decoded = decodeBinary(AskRequestSchema, opaque(toBinary(AskRequestSchema, ask)));
    expect(toBinary(AskRequestSchema, decoded as typeof ask)).to.deep.equal(toBinary(AskRequestSchema, ask));
  });

  it('is refused when its text is no UTF-8 or a message inside is cut', () => {
    const broken = [Buffer.from([0x1a, 2, 0xff, 0xfe]), Buffer.from([0x3a, 2, 0x08, 0x80])];
    for (const message of broken) {
      expect(failureOf(() => decodeBinary(AskRequestSchema, opaque(message))).code).to.equal('INVALID_ARGUMENT');
    }
  });
});
