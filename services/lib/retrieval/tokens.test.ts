import { expect } from 'chai';
import fc from 'fast-check';
import { normalize, scan } from './tokens.ts';

function tokens(text: string): string[] {
  const found: string[] = [];
  scan(normalize(text), (token) => found.push(token));
  return found;
}

describe('tokens', () => {
  const cases: readonly (readonly [why: string, text: string, ...expected: string[]])[] = [
    ['are words in one case', 'Hello, WORLD! Привет', 'hello', 'world', 'привет'],
    ['have е for ё and no stress marks', 'Ёлка за́мок йод', 'елка', 'замок', 'йод'],
    ['have one form for one letter', 'ﬁne ＡＢＣ ½', 'fine', 'abc', '1', '2'],
    ['are not split by what nobody sees', 'pass\u200bword soft\u00adware \u{e0041}tag', 'password', 'software', 'tag'],
    ['keep apostrophes of English', "don't isn’t", "don't", "isn't"],
    ['let elided articles go', "l'avion d’or", 'l', 'avion', 'd', 'or'],
    ['have no Cyrillic apostrophes', "п'ять п’ять", 'пять', 'пять'],
    ['keep codes, whole and in parts', 'AB-1234 err_42', 'ab', '1234', 'ab1234', 'err', '42', 'err42'],
    ['keep thousands as one number', '2,000 2 000 2000', '2', '000', '2000', '2', '000', '2000', '2000'],
    ['keep decimals', '3,5 3.5', '3', '5', '3.5', '3', '5', '3.5'],
    ['join short prefixes', 'e-mail Wi-Fi кто-то', 'e', 'mail', 'email', 'wi', 'fi', 'wifi', 'кто', 'то'],
    ['are pairs in scripts without spaces', '送料はA', '送料', '料は', 'a'],
    ['are single where there is no pair', '好 a', '好', 'a'],
    ['may lie beyond the basic plane', '𠮷野 𐐀', '𠮷野', '𐐨'],
  ];
  for (const [why, text, ...expected] of cases) it(why, () => expect(tokens(text)).to.deep.equal(expected));

  it('are never longer than 64 characters, however long the word', () => {
    expect(tokens('x'.repeat(10_000))).to.deep.equal(['x'.repeat(64)]);
    expect(Math.max(...tokens("a'b-1".repeat(5000)).map((token) => token.length))).to.be.at.most(64);
  });

  it('of any text are words without white space, and of a joined text those of its parts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (one, other) => {
        for (const token of tokens(one)) expect(token).to.match(/^\S+$/u);
        expect(tokens(`${one}\n${other}`)).to.deep.equal([...tokens(one), ...tokens(other)]);
      }),
    );
  });
});
