import { expect } from 'chai';
import fc from 'fast-check';
import { decodeText, firstBadByte } from './encoding.ts';

describe('the encoding of a file', () => {
  it('drops byte order marks and reads UTF-16 of either order', () => {
    const big = Buffer.from('\ufeffДа', 'utf16le').swap16();
    for (const bytes of [Buffer.from('\ufeffДа'), Buffer.from('\ufeffДа', 'utf16le'), big]) {
      expect(decodeText(bytes)).to.deep.equal({ ok: true, text: 'Да' });
    }
  });

  it('finds the first bad byte, also far into the file and in a character that is cut short', () => {
    const good = Buffer.from('Ж'.repeat(100_000));
    expect(firstBadByte(good)).to.equal(undefined);
    expect(firstBadByte(new Uint8Array([...good, 0xff, 0x41]))).to.equal(200_000);
    expect(firstBadByte(good.subarray(0, 150_001))).to.equal(150_000);
    expect(firstBadByte(new Uint8Array([0x41, 0xed, 0xa0, 0x80]))).to.equal(1);
    expect(firstBadByte(new Uint8Array([0xc0, 0xaf]))).to.equal(0);
  });

  it('agrees with the decoder about any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const offset = firstBadByte(bytes);
        const strict = new TextDecoder('utf-8', { fatal: true });
        if (offset === undefined) strict.decode(bytes);
        else {
          strict.decode(bytes.subarray(0, offset));
          expect(() => strict.decode(bytes.subarray(0, Math.min(bytes.length, offset + 4)))).to.throw();
        }
      }),
      { numRuns: 500 },
    );
  });
});
