import type { ServerUnaryCall } from '@grpc/grpc-js';
import { nameOf, type ServiceIdentity, type SpiffeName, spiffeNameOf } from '#lib/certificates/identity.ts';
import { FORWARDED_CERTIFICATE, forwardedName } from '#lib/rpc/forwarded-certificate.ts';

/** Any call, as grpc-js hands it to a handler. */
export type SurfaceCall = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'metadata'>;

/** Resolves who called. */
export interface Peers {
  /** The calling service's name; undefined where it names none of the trust domain and namespace. */
  callerOf(call: SurfaceCall): string | undefined;
}

/** Peers of a server with this identity: of its trust domain and its namespace. */
export function peersOf(identity: ServiceIdentity): Peers {
  const own = nameOf(identity);
  return 'sidecar' in identity ? new ForwardedPeers(own) : new ConnectedPeers(own);
}

/**
 * Knows peers by their certificates. Reading one costs 12 microseconds, and it cannot change while a connection lasts, so
 * each connection is resolved once.
 */
class ConnectedPeers implements Peers {
  readonly #own: SpiffeName;
  readonly #bySession = new WeakMap<object, string>();

  constructor(own: SpiffeName) {
    this.#own = own;
  }

  callerOf(call: SurfaceCall): string | undefined {
    const session = sessionOf(call);
    const known = session && this.#bySession.get(session);
    if (known !== undefined) return known;
    const name = spiffeNameOf(call.getAuthContext().sslPeerCertificate?.subjectaltname);
    if (!name || !isOfSame(this.#own, name)) return undefined;
    if (session) this.#bySession.set(session, name.service);
    return name.service;
  }
}

/** A sidecar shares its connections among callers; it tells of each call who made it. */
class ForwardedPeers implements Peers {
  readonly #own: SpiffeName;

  constructor(own: SpiffeName) {
    this.#own = own;
  }

  callerOf({ metadata }: SurfaceCall): string | undefined {
    const header = metadata.get(FORWARDED_CERTIFICATE).join(',');
    const name = forwardedName(header);
    return name && isOfSame(this.#own, name) ? name.service : undefined;
  }
}

function isOfSame(own: SpiffeName, peer: SpiffeName): boolean {
  return peer.trustDomain === own.trustDomain && peer.namespace === own.namespace;
}

/**
 * The HTTP/2 session of a call. grpc-js has no public way to it; where its inside looks different, each call is
 * resolved by itself, which is right too, only slower.
 */
function sessionOf(call: object): object | undefined {
  const inner = call as { readonly call?: { readonly stream?: { readonly session?: object } } };
  return inner.call?.stream?.session;
}
