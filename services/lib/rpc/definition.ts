import type { DescMethod } from '@bufbuild/protobuf';
import type { MethodDefinition } from '@grpc/grpc-js';

/** A method for grpc-js. Messages stay bytes: decoding happens where its failure can be answered. */
export function methodDefinition(method: DescMethod): MethodDefinition<Buffer, Buffer> {
  return {
    path: pathOf(method),
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: asItIs,
    requestDeserialize: asItIs,
    responseSerialize: asItIs,
    responseDeserialize: asItIs,
  };
}

/** `/package.Service/Method`. */
export function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** The same memory as a Buffer, which is what grpc-js takes. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asItIs(bytes: Buffer): Buffer {
  return bytes;
}
