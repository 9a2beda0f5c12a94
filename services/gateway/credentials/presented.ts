import { isSecret } from './api-key.ts';

/** What a call presents to be let in. */
export type Presented =
  | { readonly kind: 'nothing' }
  /** An Authorization header that holds no API key in the right form. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'key'; readonly secret: string }
  | { readonly kind: 'cookie'; readonly secret: string };

/** The cookie of a chat session. Browsers hold `__Host-` to HTTPS, this host and the whole path. */
export function cookieName(secure: boolean): string {
  return secure ? '__Host-otvet_chat' : 'otvet_chat';
}

/** Reads the credentials of a call. An Authorization header, right or wrong, counts before a cookie. */
export function presented(authorization: string | null, cookies: string | null, cookie: string): Presented {
  if (authorization !== null) {
    const secret = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    return secret !== undefined && isSecret(secret) ? { kind: 'key', secret } : { kind: 'malformed' };
  }
  const secret = cookieValue(cookies ?? '', cookie);
  return secret === undefined ? { kind: 'nothing' } : { kind: 'cookie', secret };
}

/** The value of a cookie that could be a session's id. HTTP/2 clients may send cookies apart; Node joins them by `; `. */
function cookieValue(cookies: string, name: string): string | undefined {
  for (const pair of cookies.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && /^[0-9a-hjkmnp-tv-z]{52}$/.test(value)) return value;
  }
  return undefined;
}
