import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { CreateApiKeyResponseSchema } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import {
  AskRequestSchema,
  AskResponseSchema,
  AskUnaryResponseSchema,
} from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { CreateImportRequestSchema } from '#gen/otvet/training/v1/import_service_pb.ts';
import { describe as describeMessage } from '#lib/telemetry/redact.ts';

describe('a described message', () => {
  it('shows no question', () => {
    const request = create(AskRequestSchema, {
      assistant: 'assistants/bank',
      question: 'Why was my card declined?',
      position: 7n,
      after: { attempt: 1, sequence: 3 },
    });
    expect(describeMessage(AskRequestSchema, request)).to.deep.equal({
      assistant: 'assistants/bank',
      question: '[25 characters]',
      position: '7',
      after: { attempt: 1, sequence: 3 },
    });
  });

  it('shows no content of an import', () => {
    const content = new TextEncoder().encode('question,answer\nMy salary is?,Plenty');
    const request = create(CreateImportRequestSchema, { parent: 'assistants/bank', file: 'faq.csv', content });
    expect(describeMessage(CreateImportRequestSchema, request)).to.deep.equal({
      parent: 'assistants/bank',
      file: 'faq.csv',
      content: '[36 bytes]',
    });
  });

  it('shows no secret of a key', () => {
    const response = create(CreateApiKeyResponseSchema, {
      apiKey: { name: 'apiKeys/k', scopes: [1, 3] },
      secret: 'otvet_0123456789abcdef',
    });
    expect(describeMessage(CreateApiKeyResponseSchema, response)).to.deep.equal({
      apiKey: { name: 'apiKeys/k', scopes: ['SCOPE_ASK', 'SCOPE_TEACH'] },
      secret: '[22 characters]',
    });
  });

  it('shows no text however deep it lies', () => {
    const turn = { question: 'my question', answer: 'the answer', citations: [{ passage: 'the passage' }] };
    const unary = describeMessage(AskUnaryResponseSchema, create(AskUnaryResponseSchema, { turn }));
    const delta = { event: { case: 'delta' as const, value: { sequence: 1, text: 'the answer' } } };
    const streamed = describeMessage(AskResponseSchema, create(AskResponseSchema, delta));
    expect(JSON.stringify([unary, streamed])).not.to.match(/my question|the answer|the passage/);
    expect(streamed).to.deep.equal({ delta: { sequence: 1, text: '[10 characters]' } });
  });
});
