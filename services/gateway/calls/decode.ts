import {
  type DescMessage,
  fromBinary,
  fromJsonString,
  type JsonValue,
  type Message,
  toBinary,
} from '@bufbuild/protobuf';
import { type Empty, EmptySchema } from '@bufbuild/protobuf/wkt';
import { invalidRequest, malformedRequest } from '#lib/rpc/failures.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import { jsonFaults } from './json-faults.ts';

/**
 * Decodes a request that the transport took for an empty message, which keeps the bytes of every field as unknown ones.
 * So the decoding of bytes, and what is said about a fault in them, is ours. Throws `RpcError`.
 */
export function decodeBinary(desc: DescMessage, opaque: Empty): Message {
  try {
    return fromBinary(desc, toBinary(EmptySchema, opaque));
  } catch (cause) {
    throw new RpcError(malformedRequest, { cause });
  }
}

/**
 * Checks the bytes of a JSON request, all faults at once, and gives them as text. Unlike the transport's own decoder it
 * refuses broken UTF-8, and names the field that is wrong without quoting what stands in it. Throws `RpcError`.
 */
export function decodeJsonText(desc: DescMessage, bytes: Uint8Array): string {
  const text = utf8(bytes);
  try {
    fromJsonString(desc, text);
    return text;
  } catch (cause) {
    throw new RpcError(jsonFailure(desc, text), { cause });
  }
}

const STRICT = new TextDecoder('utf-8', { fatal: true });

function utf8(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes);
  } catch (cause) {
    throw new RpcError({ ...malformedRequest, message: 'The request is not valid UTF-8.' }, { cause });
  }
}

function jsonFailure(desc: DescMessage, text: string): Failure {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch {
    return { ...malformedRequest, message: 'The request is not valid JSON.' };
  }
  const faults = jsonFaults(desc, value);
  return faults.length > 0 ? invalidRequest(faults) : malformedRequest;
}
