import { expect } from 'chai';
import { connectionOptions } from '#lib/events/nats/url.ts';

describe('the address of NATS', () => {
  const options = (url: string) => connectionOptions(url, 'otvet test');

  it('is one server, on the usual port where none is given', () => {
    expect(options('nats://bus.example')).to.deep.include({ servers: ['bus.example:4222'] });
    expect(options('nats://bus.example')).not.to.have.any.keys('tls', 'user', 'pass', 'token');
    expect(options('nats://[::1]:4300')).to.deep.include({ servers: ['[::1]:4300'] });
  });

  it('is several servers, with the scheme and the credentials of the first', () => {
    const several = options('tls://anna:4p%40ss%2Cword@one:4222,two:4223');
    expect(several).to.deep.include({ servers: ['one:4222', 'two:4223'], tls: {}, user: 'anna', pass: '4p@ss,word' });
  });

  it('may hold a token', () => {
    const { token, user } = options('nats://s3cret@one');
    expect([token, user]).to.deep.equal(['s3cret', undefined]);
  });

  it('is never quoted when it cannot be read', () => {
    for (const url of ['nats://anna:pass word@', 'nats://anna:secret@one,http://two']) {
      expect(() => options(url)).to.throw(TypeError, /^the address of NATS cannot be read$/);
    }
  });
});
