import { type DescMethod, fromBinary, type Message } from '@bufbuild/protobuf';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import { type AccessRule, callerUnknown, principalMissing, refuseCall, refuseResource } from '#lib/rpc/access.ts';
import { malformedRequest } from '#lib/rpc/failures.ts';
import type { Peers } from '#lib/rpc/identity.ts';
import { PRINCIPAL_KEY, type PrincipalReader } from '#lib/rpc/principal.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Validation } from '#lib/rpc/validation.ts';

/** A call as grpc-js hands it over, its request still in bytes. */
export type RawCall = Pick<ServerUnaryCall<Buffer, Buffer>, 'request' | 'metadata' | 'getAuthContext'>;

/** Who calls, on whose behalf. */
export interface Admitted {
  readonly caller: string;
  readonly principal: Principal | undefined;
}

/** What decides on calls: shared by the methods of a server. */
export interface Gatekeeper {
  readonly peers: Peers;
  readonly principals: PrincipalReader;
  readonly validation: Validation;
}

/** Lets a caller in by the method's rule, or throws `RpcError`. */
export function admitCaller(gate: Gatekeeper, rule: AccessRule, call: RawCall): Admitted {
  const caller = gate.peers.callerOf(call);
  if (caller === undefined) throw new RpcError(callerUnknown);
  const principal = principalOf(gate.principals, call);
  const refusal = refuseCall(rule, caller, principal);
  if (refusal) throw new RpcError(refusal);
  return { caller, principal };
}

/** Decodes and checks the request, all its faults at once, and then the assistant it names; or throws `RpcError`. */
export function admitRequest(
  gate: Gatekeeper,
  rule: AccessRule,
  method: DescMethod,
  call: RawCall,
  principal: Principal | undefined,
): Message {
  const request = decode(method, call.request);
  const refusal = gate.validation.refuse(method.input, request) ?? refuseResource(rule, principal, request);
  if (refusal) throw new RpcError(refusal);
  return request;
}

function principalOf(reader: PrincipalReader, call: RawCall): Principal | undefined {
  const values = call.metadata.get(PRINCIPAL_KEY);
  if (values.length === 0) return undefined;
  const [bytes] = values;
  const principal = values.length === 1 && Buffer.isBuffer(bytes) ? reader.read(bytes) : undefined;
  if (!principal) throw new RpcError(principalMissing);
  return principal;
}

function decode(method: DescMethod, bytes: Uint8Array): Message {
  try {
    return fromBinary(method.input, bytes);
  } catch (cause) {
    throw new RpcError(malformedRequest, { cause });
  }
}
