import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { spiffeNameOf, spiffeUri } from '#lib/certificates/identity.ts';
import { identityVariables } from '#lib/service/identities.ts';
import { gatewayVariables } from '../../../services/gateway/config.ts';
import { SERVICES } from '../../../services/names.ts';
import { broken, type Check, type Finding, ok, type Patient, warning, wordsOf } from './check.ts';

const DAY_MS = 86_400_000;
/** A certificate that ends so soon should have been renewed. */
const SOON_DAYS = 14;

/** The certificate of the public port, and those by which services know each other: from files, or of the authority in the data folder. */
export const certificates: Check = {
  subject: 'certificates',
  look: async (patient) => {
    const { tlsCertFile, tlsKeyFile, publicUrls, dataDir } = patient.read(gatewayVariables);
    const found: Finding[] = [];
    if (tlsCertFile !== undefined && tlsKeyFile !== undefined) {
      found.push(...(await publicPort(tlsCertFile, tlsKeyFile, publicUrls, patient)));
    }
    const own = await ofService(patient);
    found.push(...own);
    if (own.length === 0) found.push(...(await sharedAuthority(join(dataDir, 'certificates'), patient)));
    return found.length > 0 ? found : [ok('certificates', 'none are needed: one process makes its own at each start')];
  },
};

async function publicPort(
  certFile: string,
  keyFile: string,
  publicUrls: readonly string[],
  patient: Patient,
): Promise<Finding[]> {
  const subject = 'certificate of OTVET_PORT';
  const certificate = await readPem('OTVET_TLS_CERT_FILE', certFile, (pem) => new X509Certificate(pem));
  const key = await readPem('OTVET_TLS_KEY_FILE', keyFile, createPrivateKey);
  if (typeof certificate === 'string') return [broken(subject, certificate)];
  if (typeof key === 'string') return [broken(subject, key)];
  if (!certificate.checkPrivateKey(key)) {
    return [
      broken(subject, 'OTVET_TLS_KEY_FILE is not the key of OTVET_TLS_CERT_FILE. Name the two that belong together'),
    ];
  }
  const hosts = publicUrls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
  const unnamed = hosts.filter((host) => !(isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)));
  return [
    validity(subject, certificate, patient.now()),
    ...unnamed.map((host) =>
      warning(subject, `is not for ${host}, which OTVET_PUBLIC_URL names: browsers will refuse it`),
    ),
  ];
}

async function readPem<T>(variable: string, file: string, parse: (pem: Buffer) => T): Promise<T | string> {
  try {
    return parse(await readFile(file));
  } catch (error) {
    const code = wordsOf(error);
    return /^E[A-Z]+$/.test(code)
      ? `${variable}: ${file} cannot be read (${code})`
      : `${variable}: ${file} is not what it should be in PEM`;
  }
}

/** The files of a process of one service. */
async function ofService(patient: Patient): Promise<Finding[]> {
  const subject = 'certificate of the service';
  const config = patient.read(identityVariables);
  const { mtlsCertFile, mtlsKeyFile, mtlsCaFile } = config;
  if (mtlsCertFile === undefined || mtlsKeyFile === undefined || mtlsCaFile === undefined) return [];
  const certificate = await readPem('OTVET_MTLS_CERT_FILE', mtlsCertFile, (pem) => new X509Certificate(pem));
  const key = await readPem('OTVET_MTLS_KEY_FILE', mtlsKeyFile, createPrivateKey);
  const authority = await readPem('OTVET_MTLS_CA_FILE', mtlsCaFile, (pem) => new X509Certificate(pem));
  if (typeof certificate === 'string') return [broken(subject, certificate)];
  if (typeof key === 'string') return [broken(subject, key)];
  if (typeof authority === 'string') return [broken(subject, authority)];
  if (!certificate.checkPrivateKey(key)) {
    return [
      broken(subject, 'OTVET_MTLS_KEY_FILE is not the key of OTVET_MTLS_CERT_FILE. Name the two that belong together'),
    ];
  }
  const name = spiffeNameOf(certificate.subjectAltName);
  const wanted = `spiffe://${config.trustDomain}/ns/${config.namespace}/sa/`;
  if (name === undefined || !spiffeUri(name).startsWith(wanted) || !SERVICES.some((one) => one === name.service)) {
    const shown = name === undefined ? 'no service' : spiffeUri(name);
    return [broken(subject, `names ${shown}, and not ${wanted}SERVICE with one of ${SERVICES.join(', ')}`)];
  }
  const named = (finding: Finding): Finding => ({ ...finding, says: `${spiffeUri(name)} ${finding.says}` });
  return [
    named(validity(subject, certificate, patient.now())),
    validity('authority of the services', authority, patient.now()),
  ];
}

async function sharedAuthority(folder: string, patient: Patient): Promise<Finding[]> {
  const subject = 'authority of the services';
  const names = await readdir(folder).catch(() => []);
  const newest = names
    .map((name) => ({ name, generation: Number(/^authority\.(\d+)\.json$/.exec(name)?.[1] ?? Number.NaN) }))
    .filter(({ generation }) => !Number.isNaN(generation))
    .sort((a, b) => b.generation - a.generation)[0];
  if (newest === undefined) return [];
  const file = join(folder, newest.name);
  try {
    const { certificate } = JSON.parse(await readFile(file, 'utf8')) as { certificate: string };
    return [validity(subject, new X509Certificate(certificate), patient.now())];
  } catch (error) {
    const says = `${file} cannot be read (${wordsOf(error)}). Stop all services and remove it: the next start makes a new one`;
    return [broken(subject, says)];
  }
}

/** Whether a certificate holds now, and for how long. */
export function validity(subject: string, certificate: X509Certificate, now: number): Finding {
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  const end = certificate.validToDate.toISOString().slice(0, 10);
  if (now < from)
    return broken(
      subject,
      `is not valid yet: from ${certificate.validFromDate.toISOString()} on. Is this machine's clock right?`,
    );
  if (now >= to) return broken(subject, `ended on ${end}. Renew it and start again`);
  const days = Math.floor((to - now) / DAY_MS);
  return days < SOON_DAYS
    ? warning(subject, `ends on ${end}, in ${days} days. Renew it`)
    : ok(subject, `is valid until ${end}`);
}
