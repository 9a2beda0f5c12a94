/**
 * Which names this server answers to. A browser that was led here under a foreign name (DNS rebinding) or from a foreign
 * page is refused before anything is read.
 */
export interface Names {
  /** Origins of `OTVET_PUBLIC_URL`, as `https://host[:port]`. */
  readonly origins: ReadonlySet<string>;
  /** Their hosts, as `host[:port]`, with and without the default port. */
  readonly hosts: ReadonlySet<string>;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;

/** The names that follow from the public addresses; those of the machine itself always count. */
export function namesOf(publicUrls: readonly string[]): Names {
  const urls = publicUrls.map((url) => new URL(url));
  return {
    origins: new Set(urls.map((url) => url.origin)),
    hosts: new Set(urls.flatMap((url) => [url.host, `${url.hostname}:${url.port || defaultPort(url)}`])),
  };
}

/** True when the `Host` header (`:authority` in HTTP/2) names this server. */
export function isOwnHost(authority: string | undefined, names: Names): boolean {
  const host = AUTHORITY.exec(authority ?? '')?.[1];
  if (host === undefined || authority === undefined) return false;
  return LOOPBACK.has(host.toLowerCase()) || names.hosts.has(authority.toLowerCase());
}

/** True when an `Origin` header is absent, or is an origin of this server or of this machine. */
export function isOwnOrigin(origin: string | undefined, names: Names): boolean {
  if (origin === undefined) return true;
  const url = parseOrigin(origin);
  return url !== undefined && (LOOPBACK.has(url.hostname) || names.origins.has(url.origin));
}

/** What a browser says about where a request comes from. */
export interface Provenance {
  readonly authority: string | undefined;
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
}

/**
 * True when the request provably comes from a page of this very server: what a cookie needs to count. Another program on
 * this machine may serve pages too, so here the port matters.
 */
export function isSameOrigin(from: Provenance, names: Names): boolean {
  if (from.secFetchSite !== undefined && from.secFetchSite !== 'same-origin') return false;
  if (from.origin === undefined) return from.secFetchSite === 'same-origin';
  const url = parseOrigin(from.origin);
  if (url === undefined) return false;
  return names.origins.has(url.origin) || hostIn(url.protocol, from.authority) === url.host;
}

function parseOrigin(origin: string): URL | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url?.origin === origin && /^https?:$/.test(url.protocol) ? url : undefined;
}

function hostIn(protocol: string, authority: string | undefined): string | undefined {
  const text = `${protocol}//${authority ?? ''}`;
  return URL.canParse(text) ? new URL(text).host : undefined;
}

function defaultPort(url: URL): string {
  return url.protocol === 'https:' ? '443' : '80';
}
