import type { PeerCertificate } from 'node:tls';
import { ChannelCredentials, experimental } from '@grpc/grpc-js';
import {
  type LiveIdentity,
  liveIdentity,
  nameOf,
  type ServiceIdentity,
  spiffeNameOf,
} from '#lib/certificates/identity.ts';
import { LoggableError } from '#lib/telemetry/error.ts';

/**
 * What a channel to `service` connects with: mutual TLS, where the peer is known by the name in its certificate, whatever
 * its host is called; or plain text to the sidecar, which does that.
 */
export function credentialsFor(service: string, identity: ServiceIdentity): ChannelCredentials {
  if ('sidecar' in identity) return ChannelCredentials.createInsecure();
  const own = nameOf(identity);
  const checkServerIdentity = (_: string, certificate: PeerCertificate): Error | undefined => {
    const name = spiffeNameOf(certificate.subjectaltname);
    const fits = name?.service === service && name.trustDomain === own.trustDomain && name.namespace === own.namespace;
    return fits ? undefined : new LoggableError(`the peer is not ${service} of ${own.trustDomain}/${own.namespace}`);
  };
  const certificates = new CurrentCertificates(liveIdentity(identity));
  return experimental.createCertificateProviderChannelCredentials(certificates, certificates, { checkServerIdentity });
}

type Authorities = experimental.CaCertificateUpdateListener;
type Own = experimental.IdentityCertificateUpdateListener;

/** Tells grpc-js the newest certificates; connections that begin take them. */
class CurrentCertificates implements experimental.CertificateProvider {
  readonly #identity: LiveIdentity;
  readonly #forget = new Map<Authorities | Own, () => void>();

  constructor(identity: LiveIdentity) {
    this.#identity = identity;
  }

  addCaCertificateListener(listener: Authorities): void {
    this.#follow(listener, () => listener({ caCertificate: Buffer.from(this.#identity.now().authority) }));
  }

  addIdentityCertificateListener(listener: Own): void {
    this.#follow(listener, () => {
      const { certificate, key } = this.#identity.now();
      listener({ certificate: Buffer.from(certificate), privateKey: Buffer.from(key) });
    });
  }

  removeCaCertificateListener(listener: Authorities): void {
    this.#leave(listener);
  }

  removeIdentityCertificateListener(listener: Own): void {
    this.#leave(listener);
  }

  #follow(listener: Authorities | Own, tell: () => void): void {
    this.#forget.set(listener, this.#identity.onChange(tell));
    tell();
  }

  #leave(listener: Authorities | Own): void {
    this.#forget.get(listener)?.();
    this.#forget.delete(listener);
  }
}
