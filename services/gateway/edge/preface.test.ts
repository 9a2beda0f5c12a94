import { expect } from 'chai';
import { prefaceOf } from './preface.ts';

describe('the first bytes of a connection', () => {
  const of = (text: string) => prefaceOf(Buffer.from(text));

  it('tell HTTP/2 by its preface', () => {
    expect(of('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).to.equal('http2');
    expect(of('PRI')).to.equal('http2');
  });

  it('take everything else for HTTP/1.1', () => {
    for (const text of ['GET / HTTP/1.1', 'POST', 'PUT /', 'PROPFIND', '\x16\x03\x01'])
      expect(of(text)).to.equal('http1');
  });

  it('wait while both are possible', () => {
    for (const text of ['', 'P', 'PR']) expect(of(text)).to.equal('more');
  });
});
