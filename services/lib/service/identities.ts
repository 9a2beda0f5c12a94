import { join } from 'node:path';
import { sharedAuthority } from '#lib/certificates/authority.ts';
import { type IdentityFiles, identityFromFiles } from '#lib/certificates/files.ts';
import { startIssuing } from '#lib/certificates/issuing.ts';
import type { Watching } from '#lib/certificates/kept.ts';
import * as shared from '#lib/config/shared.ts';
import { ConfigError, type ConfigOf, together } from '#lib/config/variables.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import { type Host, StartError } from './host.ts';

/** The trust domain of certificates that Otvet makes by itself. */
export const TRUST_DOMAIN = 'otvet.local';

const variables = {
  identity: shared.identity,
  trustDomain: shared.trustDomain,
  namespace: shared.namespace,
  mtlsCertFile: shared.mtlsCertFile,
  mtlsKeyFile: shared.mtlsKeyFile,
  mtlsCaFile: shared.mtlsCaFile,
  listenAddress: shared.listenAddress,
};

const FILES = ['mtlsCertFile', 'mtlsKeyFile', 'mtlsCaFile'] as const;

/** What says how services know each other. */
export const identityVariables = together(variables, ['identity', ...FILES], (config) => {
  const present = FILES.filter((file) => config[file] !== undefined).map((file) => variables[file].name);
  if (present.length === 0) return [];
  if (config.identity === 'xfcc') {
    const problem = 'does not go with OTVET_IDENTITY=xfcc: the sidecar holds the certificate';
    return present.map((variable) => ({ variable, problem }));
  }
  const problem = `must be set too when ${present.join(' and ')} is`;
  const missing = FILES.filter((file) => config[file] === undefined);
  return missing.map((file) => ({ variable: variables[file].name, problem }));
});

type IdentityConfig = ConfigOf<typeof identityVariables> & { readonly dataDir: string };

/** What gives the service of a process its identity. */
export interface Identities extends Disposable {
  readonly issue: Host['issue'];
}

/**
 * How the service of this process proves itself: by a sidecar, by files, or by certificates that Otvet makes. Throws
 * `StartError` for files that cannot be used.
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
  const given = FILES.filter((file) => config[file] !== undefined).map((file) => variables[file].name);
  const all = [...given, ...(config.identity === 'xfcc' ? [variables.identity.name] : [])];
  const problem = 'is for processes of one service each, started one by one; those started together make certificates';
  if (all.length > 0) throw new ConfigError(all.map((variable) => ({ variable, problem })));
}

function filesOf(config: IdentityConfig): IdentityFiles | undefined {
  const { mtlsCertFile: certificate, mtlsKeyFile: key, mtlsCaFile: authority } = config;
  return certificate !== undefined && key !== undefined && authority !== undefined
    ? { certificate, key, authority }
    : undefined;
}
