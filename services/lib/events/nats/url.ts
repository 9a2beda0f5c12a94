/** What a NATS client needs of `OTVET_NATS_URL`. Passwords stand here and in the client, and nowhere else. */
export interface NatsAddress {
  /** `host:port` of each server. */
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  /** A user without a password is a token. */
  readonly token?: string;
  /** Whether only encrypted connections will do. */
  readonly tls: boolean;
}

/**
 * Takes an address apart: `nats://user:password@one:4222,two:4222`, several with commas. Scheme and credentials are those of the first
 * that has them. Throws `TypeError` without saying what it has read.
 */
export function parseNatsUrl(text: string): NatsAddress {
  const scheme = /^(nats|tls):\/\//.exec(text)?.[0] ?? 'nats://';
  const urls = text.split(',').map((part) => {
    const url = part.includes('://') ? part : `${scheme}${part}`;
    if (!/^(nats|tls):/.test(url) || !URL.canParse(url)) throw new TypeError('the address of NATS cannot be read');
    return new URL(url);
  });
  const known = urls.find(({ username }) => username !== '');
  const [user, pass] = [decodeURIComponent(known?.username ?? ''), decodeURIComponent(known?.password ?? '')];
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
  };
}
