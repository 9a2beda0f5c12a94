import { parseSpiffeUri, type SpiffeName } from '#lib/certificates/identity.ts';

/** The header in which a sidecar tells whose certificate it saw. */
export const FORWARDED_CERTIFICATE = 'x-forwarded-client-cert';

/** Longer headers are refused: a chain of proxies that tell names and hashes needs far less. */
const MAX_LENGTH = 16_384;

/** A key, and a value in quotes or bare, then what separates it from the next. Quoted values escape `"` and `\`. */
const PAIR = /([A-Za-z]{1,16})=(?:"((?:[^"\\]|\\.)*)"|([^",;\\]*))(;|,|$)/y;

/**
 * The caller in an `x-forwarded-client-cert` header: the one URI of the last element, which the nearest proxy added; those
 * before it are claims of others. Undefined where any of the header is malformed, or that element has not exactly one URI
 * that is a SPIFFE name.
 */
export function forwardedName(header: string): SpiffeName | undefined {
  if (header.length > MAX_LENGTH) return undefined;
  let uris: string[] = [];
  let separator = ',';
  PAIR.lastIndex = 0;
  while (separator !== '') {
    const pair = PAIR.exec(header);
    if (!pair) return undefined;
    const [, key = '', quoted, bare = '', next = ''] = pair;
    if (key.toLowerCase() === 'uri') uris.push(quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1'));
    separator = next;
    // Another element follows, so that this was none of ours.
    if (separator === ',') uris = [];
  }
  return uris.length === 1 ? parseSpiffeUri(uris[0] as string) : undefined;
}
