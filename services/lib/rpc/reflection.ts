import type { DescExtension, DescFile, DescService, MessageInitShape } from '@bufbuild/protobuf';
import { toBinary } from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { ServerReflectionRequest, ServerReflectionResponseSchema } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { numberOf } from '#lib/rpc/status.ts';

type Response = MessageInitShape<typeof ServerReflectionResponseSchema>;
type Answer = NonNullable<Response['messageResponse']>;

/** What can be asked for, by name. */
interface Contracts {
  readonly services: readonly DescService[];
  readonly files: ReadonlyMap<string, DescFile>;
  readonly symbols: ReadonlyMap<string, DescFile>;
  readonly extensions: readonly DescExtension[];
}

/** Answers questions about the contracts of these services: a function of the request alone. */
export function createReflection(services: readonly DescService[]): (request: ServerReflectionRequest) => Response {
  const contracts = read(services);
  return (request) => ({
    validHost: request.host,
    originalRequest: request,
    messageResponse: answer(contracts, request.messageRequest),
  });
}

function answer(contracts: Contracts, question: ServerReflectionRequest['messageRequest']): Answer {
  switch (question.case) {
    case 'listServices':
      return {
        case: 'listServicesResponse',
        value: { service: contracts.services.map(({ typeName }) => ({ name: typeName })) },
      };
    case 'fileByFilename':
      return fileAnswer(contracts.files.get(question.value));
    case 'fileContainingSymbol':
      return fileAnswer(contracts.symbols.get(question.value));
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = question.value;
      const found = contracts.extensions.find(
        (extension) => extension.extendee.typeName === containingType && extension.number === extensionNumber,
      );
      return fileAnswer(found?.file);
    }
    case 'allExtensionNumbersOfType': {
      const extensions = contracts.extensions.filter(({ extendee }) => extendee.typeName === question.value);
      if (extensions.length === 0 && !contracts.symbols.has(question.value)) return notFound;
      return {
        case: 'allExtensionNumbersResponse',
        value: { baseTypeName: question.value, extensionNumber: extensions.map(({ number }) => number) },
      };
    }
    default:
      return {
        case: 'errorResponse',
        value: { errorCode: numberOf('INVALID_ARGUMENT'), errorMessage: 'nothing was asked' },
      };
  }
}

const notFound: Answer = {
  case: 'errorResponse',
  value: { errorCode: numberOf('NOT_FOUND'), errorMessage: 'no such symbol or file here' },
};

/** A file with all that it imports, so that one answer is enough. */
function fileAnswer(file: DescFile | undefined): Answer {
  if (!file) return notFound;
  const files = [...withImports(file, new Set())];
  const fileDescriptorProto = files.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function read(services: readonly DescService[]): Contracts {
  const found = new Set<DescFile>();
  for (const { file } of services) withImports(file, found);
  const symbols = new Map<string, DescFile>();
  const extensions: DescExtension[] = [];
  for (const file of found) {
    for (const type of nestedTypes(file)) {
      symbols.set(type.typeName, file);
      if (type.kind === 'extension') extensions.push(type);
      if (type.kind !== 'service') continue;
      for (const method of type.methods) symbols.set(`${type.typeName}.${method.name}`, file);
    }
  }
  const files = new Map([...found].map((file) => [file.proto.name, file]));
  return { services, files, symbols, extensions };
}

/** Adds a file and its imports, each once. */
function withImports(file: DescFile, found: Set<DescFile>): Set<DescFile> {
  if (found.has(file)) return found;
  found.add(file);
  for (const imported of file.dependencies) withImports(imported, found);
  return found;
}
