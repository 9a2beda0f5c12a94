import type { ConnectionOptions } from '@nats-io/transport-node';

/**
 * What a NATS client needs of `OTVET_NATS_URL`, which is taken apart here: `nats://user:password@one:4222,two:4222`, several with commas.
 * Scheme and credentials are those of the first that has them; a user without a password is a token; `tls:` takes encrypted connections
 * only. Throws `TypeError` without saying what it has read.
 */
export function connectionOptions(url: string, name: string): ConnectionOptions {
  const scheme = /^(nats|tls):\/\//.exec(url)?.[0] ?? 'nats://';
  const urls = url.split(',').map((part) => {
    const one = part.includes('://') ? part : `${scheme}${part}`;
    const parsed = URL.canParse(one) ? new URL(one) : undefined;
    if (!parsed?.hostname || !/^(nats|tls):$/.test(parsed.protocol))
      throw new TypeError('the address of NATS cannot be read');
    return parsed;
  });
  const known = urls.find(({ username }) => username !== '');
  const [user, pass] = [decodeURIComponent(known?.username ?? ''), decodeURIComponent(known?.password ?? '')];
  return {
    name,
    servers: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    noAsyncTraces: true,
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
  };
}
