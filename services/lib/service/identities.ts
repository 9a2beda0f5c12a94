import { join } from 'node:path';
import { sharedAuthority } from '#lib/certificates/authority.ts';
import { identityFromFiles } from '#lib/certificates/files.ts';
import { startIssuing } from '#lib/certificates/issuing.ts';
import type { Watching } from '#lib/certificates/kept.ts';
import * as shared from '#lib/config/shared.ts';
import { ConfigError, type ConfigOf } from '#lib/config/variables.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import { type Host, StartError } from './host.ts';

/** The trust domain of certificates that Otvet makes by itself. */
export const TRUST_DOMAIN = 'otvet.local';

/** What says how services know each other. */
export const identityVariables = {
  identity: shared.identity,
  trustDomain: shared.trustDomain,
  namespace: shared.namespace,
  mtlsCertFile: shared.mtlsCertFile,
  mtlsKeyFile: shared.mtlsKeyFile,
  mtlsCaFile: shared.mtlsCaFile,
  listenAddress: shared.listenAddress,
};

type IdentityConfig = ConfigOf<typeof identityVariables> & { readonly dataDir: string };

/** What gives the service of a process its identity. */
export interface Identities extends Disposable {
  readonly issue: Host['issue'];
}

/**
 * How the service of this process proves itself: by a sidecar, by files, or by certificates that Otvet makes. Throws
 * `ConfigError` for variables that do not go together, and `StartError` for files that cannot be used.
 */
export async function openIdentities(service: string, config: IdentityConfig, watching: Watching): Promise<Identities> {
  const files = filesOf(config);
  const { trustDomain, namespace } = config;
  const name = { trustDomain, namespace, service };
  if (config.identity === 'xfcc') {
    const sidecar = { ...name, sidecar: true, anyAddress: config.listenAddress !== undefined } as const;
    return { issue: async () => sidecar, [Symbol.dispose]: () => undefined };
  }
  if (!files) {
    const folder = join(config.dataDir, 'certificates');
    return startIssuing((now) => sharedAuthority(folder, TRUST_DOMAIN, now), watching);
  }
  try {
    const kept = await identityFromFiles(files, name, watching);
    return { issue: async () => kept, [Symbol.dispose]: () => kept[Symbol.dispose]() };
  } catch (error) {
    throw error instanceof LoggableError ? new StartError(error.message) : error;
  }
}

/** All services in one process know each other by certificates that nobody else has. Throws `ConfigError` for others. */
export function refuseIdentities(config: ConfigOf<typeof identityVariables>): void {
  const given = [shared.mtlsCertFile, shared.mtlsKeyFile, shared.mtlsCaFile].filter(
    (_, i) => [config.mtlsCertFile, config.mtlsKeyFile, config.mtlsCaFile][i] !== undefined,
  );
  const variables = [...given, ...(config.identity === 'xfcc' ? [shared.identity] : [])];
  const problem = 'is for processes of one service each; one process for all needs no other identity';
  if (variables.length > 0) throw new ConfigError(variables.map((variable) => ({ variable: variable.name, problem })));
}

function filesOf(config: IdentityConfig) {
  const { mtlsCertFile: certificate, mtlsKeyFile: key, mtlsCaFile: authority } = config;
  const given = [
    [shared.mtlsCertFile.name, certificate],
    [shared.mtlsKeyFile.name, key],
    [shared.mtlsCaFile.name, authority],
  ] as const;
  const missing = given.filter(([, file]) => file === undefined).map(([variable]) => variable);
  const present = given.filter(([, file]) => file !== undefined).map(([variable]) => variable);
  if (present.length > 0 && config.identity === 'xfcc') {
    const problem = 'does not go with OTVET_IDENTITY=xfcc: the sidecar holds the certificate';
    throw new ConfigError(present.map((variable) => ({ variable, problem })));
  }
  if (certificate !== undefined && key !== undefined && authority !== undefined) return { certificate, key, authority };
  if (present.length === 0) return undefined;
  throw new ConfigError(
    missing.map((variable) => ({ variable, problem: `must be set too when ${present.join(' and ')} is` })),
  );
}
