import { expect } from 'chai';
import { oneLine, stripHidden } from './hidden-text.ts';

describe('hidden text', () => {
  it('goes: zero-width, direction overrides, tags, control characters, smuggled selectors', () => {
    expect(stripHidden('a\u200bb\u2060c\ufeffd\u00ade')).to.equal('abcde');
    expect(stripHidden('pay \u202etxt\u202c now')).to.equal('pay txt now');
    expect(stripHidden(`safe${String.fromCodePoint(0xe0049, 0xe0067, 0xe006e)}`)).to.equal('safe');
    expect(stripHidden('a\u0000b\u001b[31mc')).to.equal('ab[31mc');
    expect(stripHidden('x\ufe0f\ufe01\ufe02\ufe03')).to.equal('x\ufe0f');
  });

  it('leaves what people see: emoji, joined scripts, line breaks and tabs', () => {
    for (const text of ['👩‍🚀 ❤️', 'می‌خواهم', 'a\n\tb', 'हिन्दी क्‍ष', 'Ёлка — да!'])
      expect(stripHidden(text)).to.equal(text);
  });

  it('joins the white space of one line', () => {
    expect(oneLine('  a\r\n b\u00a0\tc ')).to.equal('a b c');
  });
});
