import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { ServerReflectionRequestSchema } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { createReflection } from '#lib/rpc/reflection.ts';

const reflect = createReflection([AssistantService, ConversationService]);

type Question = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']>;

function ask(messageRequest: Question) {
  return reflect(create(ServerReflectionRequestSchema, { host: 'h', messageRequest })).messageResponse;
}

/** The names of the files of an answer. */
function filesOf(answer: ReturnType<typeof ask>): string[] {
  if (answer?.case !== 'fileDescriptorResponse') return [];
  return (answer.value.fileDescriptorProto ?? []).map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

describe('reflection', () => {
  it('lists the services', () => {
    expect(ask({ case: 'listServices', value: '' })).to.deep.equal({
      case: 'listServicesResponse',
      value: {
        service: [
          { name: 'otvet.training.v1.AssistantService' },
          { name: 'otvet.conversation.v1.ConversationService' },
        ],
      },
    });
  });

  it('gives the file of a service, a method, a message or an enum, first, with all that it imports', () => {
    const file = 'otvet/conversation/v1/conversation_service.proto';
    for (const value of [
      'otvet.conversation.v1.ConversationService',
      'otvet.conversation.v1.ConversationService.Ask',
      'otvet.conversation.v1.AskResponse.Delta',
      'otvet.conversation.v1.FinishReason',
    ]) {
      const files = filesOf(ask({ case: 'fileContainingSymbol', value }));
      expect(files[0], value).to.equal(file);
      expect(files).to.include.members(['otvet/access/v1/access.proto', 'buf/validate/validate.proto']);
    }
    expect(filesOf(ask({ case: 'fileByFilename', value: file }))[0]).to.equal(file);
  });

  it('gives the file of an extension, and the numbers of a type', () => {
    const value = { containingType: 'google.protobuf.MethodOptions', extensionNumber: 51_723 };
    expect(filesOf(ask({ case: 'fileContainingExtension', value }))[0]).to.equal('otvet/access/v1/access.proto');
    expect(ask({ case: 'allExtensionNumbersOfType', value: value.containingType })).to.deep.equal({
      case: 'allExtensionNumbersResponse',
      value: { baseTypeName: value.containingType, extensionNumber: [51_723] },
    });
  });

  it('tells that there is no such thing', () => {
    const answer = ask({ case: 'fileContainingSymbol', value: 'no.Such' });
    expect(answer).to.deep.nested.include({ case: 'errorResponse', 'value.errorCode': 5 });
    expect(ask({ case: undefined, value: undefined } as Question)?.case).to.equal('errorResponse');
  });
});
