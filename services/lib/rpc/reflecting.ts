import { create, type DescService, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { handleBidiStreamingCall, Server } from '@grpc/grpc-js';
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { callerUnknown } from '#lib/rpc/access.ts';
import { statusOf } from '#lib/rpc/call.ts';
import { asBuffer, methodDefinition } from '#lib/rpc/definition.ts';
import { malformedRequest } from '#lib/rpc/failures.ts';
import type { Peers } from '#lib/rpc/identity.ts';
import { createReflection } from '#lib/rpc/reflection.ts';

/** Adds the standard reflection service, for every service of the trust domain. */
export function addReflection(server: Server, services: readonly DescService[], peers: Peers): void {
  const reflect = createReflection(services);
  const handle: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    if (peers.callerOf(call) === undefined) {
      call.emit('error', statusOf(callerUnknown));
      return;
    }
    call.on('data', (bytes: Buffer) => {
      const request = decode(bytes);
      if (!request) {
        call.emit('error', statusOf(malformedRequest));
        return;
      }
      const response = create(ServerReflectionResponseSchema, reflect(request));
      call.write(asBuffer(toBinary(ServerReflectionResponseSchema, response)));
    });
    call.on('end', () => call.end());
  };
  const { path, responseSerialize, requestDeserialize } = methodDefinition(
    ServerReflection.method.serverReflectionInfo,
  );
  server.register(path, handle, responseSerialize, requestDeserialize, 'bidi');
}

function decode(bytes: Buffer): ServerReflectionRequest | undefined {
  try {
    return fromBinary(ServerReflectionRequestSchema, bytes);
  } catch {
    return undefined;
  }
}
