import { webcrypto } from 'node:crypto';
// Must come before the package that needs it.
import '#lib/certificates/reflect.ts';
import * as x509 from '@peculiar/x509';
import { NAMESPACE, spiffeUri, type TlsIdentity } from '#lib/certificates/identity.ts';

/** Gives services their certificates. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** A fresh key and certificate. The name is lower-case letters, digits and hyphens. */
  issue(service: string): Promise<TlsIdentity>;
}

/** The secret half of an authority, as it is kept in a file. PEM each. */
export interface AuthorityKeys {
  readonly certificate: string;
  readonly key: string;
}

type Pair = x509.X509CertificateCreateSelfSignedParams['keys'];

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** A year: a certificate must outlive the process that holds it, for it is not renewed under way. */
const VALIDITY_MS = 365 * DAY_MS;
/** Clocks of two machines may differ by this much. */
const SKEW_MS = 5 * 60_000;
const SERVICE = /^[a-z][a-z0-9-]{0,62}$/;

/** Makes the key and the self-signed certificate of an authority. */
export async function createKeys(trustDomain: string, now: number): Promise<AuthorityKeys> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=Otvet authority of ${trustDomain}`,
      keys: keys as Pair,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(now - SKEW_MS),
      notAfter: new Date(now + VALIDITY_MS),
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey, false, webcrypto as Crypto),
      ],
    },
    webcrypto as Crypto,
  );
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** An authority from its keys. Identities that it issues also believe `others` (PEM certificates). */
export async function openAuthority(
  keys: AuthorityKeys,
  others: readonly string[],
  trustDomain: string,
  now: number,
): Promise<Authority> {
  const issuer = new x509.X509Certificate(keys.certificate);
  const signingKey = await importKey(keys.key);
  const authority = [keys.certificate, ...others].join('\n');
  return {
    certificate: keys.certificate,
    async issue(service) {
      if (!SERVICE.test(service)) throw new TypeError(`not a service name: ${JSON.stringify(service)}`);
      const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create(
        {
          subject: `CN=${service}`,
          issuer: issuer.subject,
          publicKey: own.publicKey as CryptoKey,
          signingKey,
          signingAlgorithm: ALGORITHM,
          notBefore: new Date(now - SKEW_MS),
          notAfter: new Date(Math.min(now + VALIDITY_MS, issuer.notAfter.getTime())),
          extensions: [
            new x509.BasicConstraintsExtension(false, undefined, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
            new x509.SubjectAlternativeNameExtension([
              { type: 'url', value: spiffeUri({ trustDomain, namespace: NAMESPACE, service }) },
              { type: 'dns', value: service },
              { type: 'dns', value: 'localhost' },
              { type: 'ip', value: '127.0.0.1' },
              { type: 'ip', value: '::1' },
            ]),
            await x509.AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto as Crypto),
          ],
        },
        webcrypto as Crypto,
      );
      return { service, certificate: certificate.toString('pem'), key: await exportKey(own.privateKey), authority };
    },
  };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<CryptoKey> {
  const bytes = x509.PemConverter.decodeFirst(pem);
  return (await webcrypto.subtle.importKey('pkcs8', bytes, ALGORITHM, false, ['sign'])) as CryptoKey;
}
