import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '#testing/properties.ts';
import { closedPrefix } from './closed-prefix.ts';
import { renderMarkdown } from './render.ts';

describe('the closed prefix of a growing text', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['Plain text, in the mid', 'Plain text, in the mid'],
    ['Some **bold te', 'Some'],
    ['Some **bold** te', 'Some **bold** te'],
    ['Some *it', 'Some'],
    ['5 * 3 = 15 and snake_case', '5 * 3 = 15 and snake_case'],
    ['See [the terms](https://e.or', 'See'],
    ['See [the te', 'See'],
    ['See [the terms](https://e.org) and', 'See [the terms](https://e.org) and'],
    ['Until 9 pm [1', 'Until 9 pm'],
    ['Use `npm ru', 'Use'],
    ['Use `npm run` now', 'Use `npm run` now'],
    ['Text\n-', 'Text'],
    ['Text\n12.', 'Text'],
    ['Text\n\n```js\nlet a', 'Text\n\n```js\nlet a\n```'],
    ['Text\n\n```js\nlet a\n``', 'Text\n\n```js\nlet a\n```'],
    ['Text\n\n```j', 'Text'],
    ['```\na\n```\nnext', '```\na\n```\nnext'],
    ['A\n\n| a | b |\n|---|', 'A'],
    ['A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3', 'A\n\n| a | b |\n|---|---|\n| 1 | 2 |'],
    ['Tom &am', 'Tom'],
    ['Smile \ud83d', 'Smile'],
    ['**old', ''],
  ];
  for (const [text, shown] of cases) {
    it(`shows ${JSON.stringify(shown)} of ${JSON.stringify(text)}`, () => expect(closedPrefix(text)).to.equal(shown));
  }

  it('does not hold text back for ever', () => {
    expect(closedPrefix(`**${'long '.repeat(100)}`)).to.contain('long long');
    expect(closedPrefix(`\`${'long '.repeat(100)}`)).to.contain('long long');
  });

  it('never shows half a mark of a well-formed answer, and shows all of it in the end', () => {
    const answer =
      '## Tariffs\n\nThe **basic** one is *free* [1], see `plan` or [the list](https://e.org/a_b).\n\n' +
      '- one **two**\n- three\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet a = `x`;\n```\n\nBye.';
    for (let end = 0; end <= answer.length; end++) {
      const { plain } = renderMarkdown(closedPrefix(answer.slice(0, end)));
      expect(plain.replace(/let a.*/, ''), answer.slice(0, end)).not.to.match(/[*#`|](?! )|\]\(|^-/);
    }
    expect(closedPrefix(answer)).to.equal(answer);
  });

  it('takes any text', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '*',
      '**',
      '_',
      '`',
      '```',
      '[',
      '](',
      ')',
      '|',
      '&',
      '\\',
      '~~',
      '- ',
      '😀',
      '\ud83d',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(closedPrefix(pieces.join('')).length).to.be.at.most(pieces.join('').length + 20);
      }),
      { numRuns: runs(100) },
    );
  });
});
