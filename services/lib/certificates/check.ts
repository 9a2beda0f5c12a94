import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type SpiffeName, spiffeNameOf, spiffeUri, type TlsIdentity } from '#lib/certificates/identity.ts';

/** Which of the three parts of an identity is wrong. */
export type IdentityPart = 'certificate' | 'key' | 'authority';

/** What is wrong with it, in words for an operator; never shows a key. */
export interface IdentityFault {
  readonly part: IdentityPart;
  readonly problem: string;
}

/** Why an identity cannot be used at `now` (milliseconds since the epoch) under this name; undefined where it can. */
export function identityFault(identity: TlsIdentity, name: SpiffeName, now: number): IdentityFault | undefined {
  const certificate = firstCertificate(identity.certificate);
  if (!certificate) return { part: 'certificate', problem: 'is no certificate in PEM' };
  const key = privateKey(identity.key);
  if (!key) return { part: 'key', problem: 'is no private key in PEM without a passphrase' };
  if (!firstCertificate(identity.authority)) return { part: 'authority', problem: 'is no certificate in PEM' };
  if (!certificate.checkPrivateKey(key)) return { part: 'key', problem: 'does not fit the certificate' };
  const expected = spiffeUri(name);
  const found = spiffeNameOf(certificate.subjectAltName);
  if (!found || spiffeUri(found) !== expected) {
    return { part: 'certificate', problem: `names ${found ? spiffeUri(found) : 'no service'}, and not ${expected}` };
  }
  return validityFault(certificate, now);
}

/** When the certificate of an identity ends, in milliseconds since the epoch. */
export function endOfIdentity({ certificate }: TlsIdentity): number {
  return new X509Certificate(certificate).validToDate.getTime();
}

function validityFault(certificate: X509Certificate, now: number): IdentityFault | undefined {
  const { validFromDate, validToDate } = certificate;
  if (validToDate.getTime() <= now) {
    return { part: 'certificate', problem: `has expired, at ${validToDate.toISOString()}` };
  }
  if (validFromDate.getTime() > now) {
    return { part: 'certificate', problem: `is not valid before ${validFromDate.toISOString()}` };
  }
  return undefined;
}

function firstCertificate(pem: string): X509Certificate | undefined {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
