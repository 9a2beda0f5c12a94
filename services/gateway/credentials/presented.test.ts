import { expect } from 'chai';
import { systemIds } from '#lib/ids.ts';
import { hashOf, isSecret, newSecret, shownPrefix } from './api-key.ts';
import { cookieName, presented } from './presented.ts';

const COOKIE = cookieName(false);
const read = (authorization: string | null, cookies: string | null = null) => presented(authorization, cookies, COOKIE);

describe('API keys', () => {
  it('are long, random and recognised', () => {
    const made = Array.from({ length: 100 }, () => newSecret(systemIds));
    expect(new Set(made).size).to.equal(100);
    expect(made.every(isSecret)).to.equal(true);
  });

  it('are known by hash and shown by their beginning only', () => {
    const secret = newSecret(systemIds);
    expect(hashOf(secret)).to.match(/^[0-9a-f]{64}$/);
    expect(secret.startsWith(shownPrefix(secret))).to.equal(true);
    expect(shownPrefix(secret)).to.have.length(12);
  });
});

describe('credentials of a call', () => {
  const secret = newSecret(systemIds);
  const session = secret.slice('otvet_'.length);

  it('are read from Authorization, the scheme in any case', () => {
    expect(read(`Bearer ${secret}`)).to.deep.equal({ kind: 'key', secret });
    expect(read(`bearer  ${secret} `)).to.deep.equal({ kind: 'key', secret });
  });

  it('are malformed when there is no key in it, even beside a good cookie', () => {
    for (const header of [
      '',
      'Bearer',
      'Bearer x',
      `Basic ${secret}`,
      `Bearer ${secret} ${secret}`,
      `Bearer ${secret}x`,
    ]) {
      expect(read(header, `${COOKIE}=${session}`), header).to.deep.equal({ kind: 'malformed' });
    }
  });

  it('are read from the session cookie among others', () => {
    expect(read(null, `a=b; ${COOKIE}=${session}; c`)).to.deep.equal({ kind: 'cookie', secret: session });
  });

  it('are nothing without a usable cookie', () => {
    for (const cookies of [null, '', 'a=b', COOKIE, `${COOKIE}=short`, `x${COOKIE}=${session}`]) {
      expect(read(null, cookies), String(cookies)).to.deep.equal({ kind: 'nothing' });
    }
  });
});
