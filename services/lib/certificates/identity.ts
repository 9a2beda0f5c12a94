import { X509Certificate } from 'node:crypto';

/** What a service proves itself by, and whom it believes. PEM each; the key must never be logged. */
export interface TlsIdentity {
  /** The service's name, such as `training`. */
  readonly service: string;
  readonly certificate: string;
  readonly key: string;
  /** Certificates of the authorities that are believed. */
  readonly authority: string;
}

/** A `TlsIdentity` that is followed by others in time: connections that begin take the newest. */
export interface LiveIdentity {
  readonly service: string;
  readonly now: () => TlsIdentity;
  /** Calls back after each change, until what it returns is called. */
  readonly onChange: (listener: () => void) => () => void;
  /** Notes that a certificate kept a connection from being made, for the log and the metrics. */
  readonly refused: (problem: string) => void;
}

/** No certificate of its own: a sidecar proves it to others, and tells it who calls. */
export interface SidecarIdentity extends SpiffeName {
  readonly sidecar: true;
  /** Whether the server may listen beyond this machine's loopback. */
  readonly anyAddress: boolean;
}

/** What a service proves itself by. */
export type ServiceIdentity = TlsIdentity | LiveIdentity | SidecarIdentity;

/** Any identity with certificates, as one that may change. */
export function liveIdentity(identity: TlsIdentity | LiveIdentity): LiveIdentity {
  if ('now' in identity) return identity;
  const nothing = (): void => undefined;
  return { service: identity.service, now: () => identity, onChange: () => nothing, refused: nothing };
}

/** A name of the form `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE`. */
export interface SpiffeName {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly service: string;
}

/** The namespace of certificates that Otvet makes itself. */
export const NAMESPACE = 'otvet';

const SPIFFE = /^spiffe:\/\/([a-z0-9._-]{1,255})\/ns\/([a-z0-9-]{1,63})\/sa\/([a-z0-9-]{1,63})$/;

export function spiffeUri(name: SpiffeName): string {
  return `spiffe://${name.trustDomain}/ns/${name.namespace}/sa/${name.service}`;
}

/** Undefined where the text is no such name. */
export function parseSpiffeUri(uri: string): SpiffeName | undefined {
  const match = SPIFFE.exec(uri);
  if (!match) return undefined;
  const [, trustDomain, namespace, service] = match as unknown as [string, string, string, string];
  return { trustDomain, namespace, service };
}

/**
 * The name in a certificate's subject alternative names as Node prints them (`URI:spiffe://..., DNS:localhost`).
 * Undefined where there is none, or more than one URI: SPIFFE allows exactly one.
 */
export function spiffeNameOf(subjectAltName: string | undefined): SpiffeName | undefined {
  const uris = (subjectAltName ?? '').split(', ').filter((name) => name.startsWith('URI:'));
  return uris.length === 1 ? parseSpiffeUri((uris[0] as string).slice('URI:'.length)) : undefined;
}

/** The name of an identity: peers of another trust domain or namespace are strangers. Throws where there is none. */
export function nameOf(identity: ServiceIdentity): SpiffeName {
  if ('sidecar' in identity) return identity;
  const { certificate } = 'now' in identity ? identity.now() : identity;
  const name = spiffeNameOf(new X509Certificate(certificate).subjectAltName);
  if (!name) throw new Error(`the certificate of ${identity.service} names no service of a trust domain`);
  return name;
}
