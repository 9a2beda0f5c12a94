import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  ServerReflection,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { asBuffer, methodDefinition } from '#lib/rpc/definition.ts';
import { startRig } from '#lib/rpc/rpc.fixture.ts';
import { serve } from '#lib/rpc/server.ts';

describe('reflection over the wire', () => {
  it('answers a plain gRPC client that has a certificate, as grpcurl asks', async () => {
    await using rig = await startRig([
      serve(AssistantService, {
        createAssistant: async () => ({}),
        getAssistant: async () => ({}),
        listAssistants: async () => ({}),
      }),
    ]);
    const { authority, key, certificate } = await rig.issue('operator');
    const tls = credentials.createSsl(Buffer.from(authority), Buffer.from(key), Buffer.from(certificate));
    const client = new Client(rig.server.address.replace('127.0.0.1', 'localhost'), tls);
    const { path, requestSerialize, responseDeserialize } = methodDefinition(
      ServerReflection.method.serverReflectionInfo,
    );
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const answers: ServerReflectionResponse[] = [];
    const ended = new Promise((resolve, reject) => call.on('end', resolve).on('error', reject));
    call.on('data', (bytes: Buffer) => answers.push(fromBinary(ServerReflectionResponseSchema, bytes)));
    for (const messageRequest of [
      { case: 'listServices', value: '' },
      { case: 'fileContainingSymbol', value: AssistantService.typeName },
    ] as const) {
      const request = create(ServerReflectionRequestSchema, { messageRequest });
      call.write(asBuffer(toBinary(ServerReflectionRequestSchema, request)));
    }
    call.end();
    await ended;
    client.close();
    const [services, file] = answers.map(({ messageResponse }) => messageResponse);
    expect(services?.case === 'listServicesResponse' && services.value.service.map(({ name }) => name)).to.deep.equal([
      AssistantService.typeName,
      'grpc.health.v1.Health',
      ServerReflection.typeName,
    ]);
    const [first] = file?.case === 'fileDescriptorResponse' ? file.value.fileDescriptorProto : [];
    const { name } = fromBinary(FileDescriptorProtoSchema, first ?? new Uint8Array());
    expect(name).to.equal('otvet/training/v1/assistant_service.proto');
  });
});
