import { ConfigError } from '#lib/config/variables.ts';

/**
 * Where a service's own gRPC server listens: at `listenAddress`, else at the one address where its service is found.
 * Throws `ConfigError` for a service that is found at several addresses: it cannot know which of them is its own.
 */
export function ownAddress(
  listenAddress: string | undefined,
  service: { readonly name: string },
  found: string,
): string {
  if (listenAddress !== undefined) return listenAddress;
  if (!found.includes(',')) return found;
  const problem = `must be set where ${service.name} names several addresses: which of them this process listens on`;
  throw new ConfigError([{ variable: 'OTVET_LISTEN_ADDRESS', problem }]);
}
