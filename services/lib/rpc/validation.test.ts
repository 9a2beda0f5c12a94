import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { AskRequestSchema } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { CreateAssistantRequestSchema } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { createValidation } from '#lib/rpc/validation.ts';

const validation = createValidation();

describe('validation', () => {
  it('takes what keeps the rules', () => {
    const request = create(AskRequestSchema, { assistant: 'assistants/bank', question: 'Где моя карта?' });
    expect(validation.refuse(AskRequestSchema, request)).to.equal(undefined);
  });

  it('tells every fault at once, by field path', () => {
    const request = create(AskRequestSchema, {
      assistant: 'bank',
      question: '  ',
      position: -1n,
      after: { attempt: -1 },
    });
    const refusal = validation.refuse(AskRequestSchema, request);
    expect(refusal).to.deep.include({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', domain: 'otvet' });
    expect(refusal?.violations?.map(({ field }) => field)).to.deep.equal([
      'assistant',
      'question',
      'position',
      'after.attempt',
    ]);
  });

  it('names the element of a list', () => {
    const request = create(CreateAssistantRequestSchema, {
      assistantId: 'bank',
      assistant: { displayName: 'Bank', languages: ['en', 'not a language'] },
    });
    const fields = validation.refuse(CreateAssistantRequestSchema, request)?.violations?.map(({ field }) => field);
    expect(fields).to.deep.equal(['assistant.languages[1]']);
  });

  it('says in words what a pattern asks for', () => {
    const request = create(AskRequestSchema, { assistant: 'bank', question: '  ', language: '?' });
    const said = validation.refuse(AskRequestSchema, request)?.violations?.map(({ description }) => description);
    expect(said).to.deep.equal([
      'must be a name of the form assistants/ASSISTANT',
      'must hold more than white space',
      'must be the tag of a language, such as en or pt-BR, or empty',
    ]);
  });

  it('tells a hundred of very many faults, so that they fit into headers', () => {
    const languages = Array.from({ length: 10_000 }, (_, index) => `not a language ${index}`);
    const request = create(CreateAssistantRequestSchema, {
      assistantId: 'bank',
      assistant: { displayName: 'Bank', languages },
    });
    const refusal = validation.refuse(CreateAssistantRequestSchema, request);
    expect(refusal?.violations).to.have.length(100);
    expect(refusal?.message.length).to.be.lessThan(300);
  });

  it('repeats nothing that people wrote', () => {
    const request = create(AskRequestSchema, {
      assistant: 'my secret',
      question: 'x'.repeat(16_001),
      language: 'my secret',
    });
    const refusal = JSON.stringify(validation.refuse(AskRequestSchema, request));
    expect(refusal).not.to.include('my secret').and.not.to.include('xxx');
  });
});
