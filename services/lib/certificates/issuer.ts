import { webcrypto } from 'node:crypto';
// Must come before the package that needs it.
import '#lib/certificates/reflect.ts';
import * as x509 from '@peculiar/x509';
import { NAMESPACE, spiffeUri, type TlsIdentity } from '#lib/certificates/identity.ts';

/** Gives services their certificates. */
export interface Authority {
  /** The newest, PEM. */
  readonly certificate: string;
  /** All that are believed, PEM. */
  readonly believed: string;
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

/** So long after it was made an authority signs nothing while there is one before it: all must have heard of it. */
const KNOWN_AFTER_MS = 5 * 60_000;

/**
 * An authority from its generations, the newest first; those that ended are left out. Identities believe all of them.
 * `namespace` is that of the names it gives.
 */
export async function openAuthority(
  generations: readonly [AuthorityKeys, ...AuthorityKeys[]],
  { trustDomain, namespace = NAMESPACE }: { readonly trustDomain: string; readonly namespace?: string },
  now: number,
): Promise<Authority> {
  const [newest] = generations;
  const valid = generations.filter(({ certificate }) => new x509.X509Certificate(certificate).notAfter.getTime() > now);
  const keys = valid.find(({ certificate }) => madeAt(certificate) + KNOWN_AFTER_MS <= now) ?? newest;
  const issuer = new x509.X509Certificate(keys.certificate);
  const signingKey = await importKey(keys.key);
  const authority = valid.map(({ certificate }) => certificate).join('\n');
  return {
    certificate: newest.certificate,
    believed: authority,
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
              { type: 'url', value: spiffeUri({ trustDomain, namespace, service }) },
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

function madeAt(certificate: string): number {
  return new x509.X509Certificate(certificate).notBefore.getTime() + SKEW_MS;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<CryptoKey> {
  const bytes = x509.PemConverter.decodeFirst(pem);
  return (await webcrypto.subtle.importKey('pkcs8', bytes, ALGORITHM, false, ['sign'])) as CryptoKey;
}
