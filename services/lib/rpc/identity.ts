import type { ServerUnaryCall } from '@grpc/grpc-js';
import { spiffeNameOf } from '#lib/certificates/identity.ts';

/** Any call, as grpc-js hands it to a handler. */
export type SurfaceCall = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>;

/**
 * Resolves who called. Reading a peer's certificate costs 12 microseconds, and it cannot change while a connection
 * lasts, so each connection is resolved once.
 */
export class Peers {
  readonly #trustDomain: string;
  readonly #bySession = new WeakMap<object, string>();

  constructor(trustDomain: string) {
    this.#trustDomain = trustDomain;
  }

  /** The calling service's name; undefined where its certificate names none of the trust domain. */
  callerOf(call: SurfaceCall): string | undefined {
    const session = sessionOf(call);
    const known = session && this.#bySession.get(session);
    if (known !== undefined) return known;
    const name = spiffeNameOf(call.getAuthContext().sslPeerCertificate?.subjectaltname);
    if (name?.trustDomain !== this.#trustDomain) return undefined;
    if (session) this.#bySession.set(session, name.service);
    return name.service;
  }
}

/**
 * The HTTP/2 session of a call. grpc-js has no public way to it; where its inside looks different, each call is
 * resolved by itself, which is right too, only slower.
 */
function sessionOf(call: object): object | undefined {
  const inner = call as { readonly call?: { readonly stream?: { readonly session?: object } } };
  return inner.call?.stream?.session;
}
