import { expect } from 'chai';
import { isOwnHost, isOwnOrigin, isSameOrigin, namesOf } from './hosts.ts';

const names = namesOf(['https://ask.example.org', 'http://intranet:8081']);

describe('the Host header', () => {
  it('may name the machine itself, with any port', () => {
    for (const host of ['localhost', 'localhost:8080', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]', '[::1]:9']) {
      expect(isOwnHost(host, names), host).to.equal(true);
    }
  });

  it('may name a public address, with its own port only', () => {
    for (const host of ['ask.example.org', 'Ask.Example.org', 'ask.example.org:443', 'intranet:8081']) {
      expect(isOwnHost(host, names), host).to.equal(true);
    }
    for (const host of ['ask.example.org:80', 'intranet', 'intranet:80']) {
      expect(isOwnHost(host, names), host).to.equal(false);
    }
  });

  it('is refused when it names anything else, or is malformed', () => {
    const foreign = [
      undefined,
      '',
      'evil.example',
      'localhost.evil.example',
      'localhost:8080@evil.example',
      '127.0.0.2',
    ];
    for (const host of [...foreign, 'localhost/evil', 'a b', '[::1', '0.0.0.0:8080', 'localhost:']) {
      expect(isOwnHost(host, names), String(host)).to.equal(false);
    }
  });
});

describe('the Origin header', () => {
  it('may be absent or own', () => {
    for (const origin of [undefined, 'http://localhost:8080', 'http://[::1]:3', 'https://ask.example.org']) {
      expect(isOwnOrigin(origin, names), origin).to.equal(true);
    }
  });

  it('is refused when foreign or malformed', () => {
    const foreign = [
      'null',
      '',
      'https://evil.example',
      'http://ask.example.org',
      'https://ask.example.org.evil.example',
    ];
    for (const origin of [...foreign, 'https://ask.example.org/', 'file://', 'chrome-extension://abc']) {
      expect(isOwnOrigin(origin, names), origin).to.equal(false);
    }
  });
});

describe('what a cookie needs', () => {
  const from = (authority: string, origin?: string, secFetchSite?: string) =>
    isSameOrigin({ authority, origin, secFetchSite }, names);

  it('is a page of this server', () => {
    expect(from('localhost:8080', 'http://localhost:8080', 'same-origin')).to.equal(true);
    expect(from('localhost:8080', 'http://localhost:8080')).to.equal(true);
    expect(from('localhost:8080', undefined, 'same-origin')).to.equal(true);
    expect(from('ask.example.org', 'https://ask.example.org')).to.equal(true);
  });

  it('holds behind a proxy that puts its own Host', () => {
    expect(from('localhost:8080', 'https://ask.example.org', 'same-origin')).to.equal(true);
  });

  it('is not met by another page on this machine, another site, or a request that says nothing', () => {
    expect(from('localhost:8080', 'http://localhost:3000', 'same-site')).to.equal(false);
    expect(from('localhost:8080', 'http://localhost:3000')).to.equal(false);
    expect(from('localhost:8080', 'http://localhost:8080', 'cross-site')).to.equal(false);
    expect(from('localhost:8080', 'null', 'same-origin')).to.equal(false);
    expect(from('localhost:8080')).to.equal(false);
    expect(from('localhost:8080', undefined, 'none')).to.equal(false);
  });
});
