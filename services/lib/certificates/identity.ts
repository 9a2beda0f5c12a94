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

/** The trust domain of an identity: peers of another one are strangers. Throws where its certificate names none. */
export function trustDomainOf(identity: TlsIdentity): string {
  const name = spiffeNameOf(new X509Certificate(identity.certificate).subjectAltName);
  if (!name) throw new Error(`the certificate of ${identity.service} names no service of a trust domain`);
  return name.trustDomain;
}
