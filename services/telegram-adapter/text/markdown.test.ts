import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '#testing/properties.ts';
import { readCommonBlocks } from './common-blocks.ts';
import { parseMarkdown, parseWithAll } from './markdown.ts';
import { formatTree } from './render.ts';
import { sectionsOf } from './sections.ts';

const isCommon = (markdown: string): boolean =>
  sectionsOf(markdown)?.every((lines) => readCommonBlocks(lines) !== undefined) ?? false;

describe('the Markdown that models commonly write', () => {
  const common: readonly string[] = [
    '## Hours\n\nThe **basic** plan, *free* [1], see `plan` or [the list](https://e.org/a_b); 5 * 3 = 15, snake_case, Q&A.',
    'Three:\n- one **two**\n- three\n  - four\n  - five\n- six\n\n1. a\n2. b\n   more of b\n\nEnd',
    '1. **A**: b\n\n2. **C**: d\n\n3. e',
    '| City | Days |\n|:--|--:|\n| Tver `x` | 2 |\n\n```js\nlet a = `b`;\n\n- c\n```\n\n> A quote\n>\n> - of two\n\n---\n\nEnd',
  ];
  for (const markdown of common) {
    it(`is read without the whole parser: ${JSON.stringify(markdown.slice(0, 40))}`, () => {
      expect(isCommon(markdown)).to.equal(true);
      expect(formatTree(parseMarkdown(markdown))).to.deep.equal(formatTree(parseWithAll(markdown)));
    });
  }

  it('is read as CommonMark reads it, whatever stands beside it', () => {
    const mark = fc.constantFrom(
      '*',
      '**',
      '_',
      '`',
      '[x](https://e.org/y)',
      '[1]',
      '[',
      ']',
      '(',
      '](',
      ')',
      '!',
      ':',
      '&',
      '-',
      '.',
      '#',
      '|',
    );
    const word = fc.constantFrom('a', 'bc', ' ', ' ', '\n', '1', '.', '—', '😀', '\u00a0', '✓');
    const line = fc.constantFrom(
      '\n',
      '\n\n',
      '\n- ',
      '\n* ',
      '\n  - ',
      '\n   - ',
      '\n    - ',
      '\n1. ',
      '\n2. ',
      '\n   ',
      '\n# ',
      '\n> ',
      '\n>\n',
      '\n```\n',
      '\n```js\n',
      '\n---\n',
      '\n\n- ',
      '\n\n1. ',
      '\n\n  ',
    );
    const table = fc.constantFrom(
      '\n\n| a | b |\n|---|--:|\n',
      '| c | d |\n',
      '|',
      '\n|',
      '|\n',
      '\n|-|\n',
      '| `e|f` | **g** |\n',
    );
    const whole = fc.constantFrom('**a b**', '*a*', '`c d`', '**`e`**', '*a **b** c*', 'x_y', '**a**: ');
    const text = fc
      .array(fc.oneof({ weight: 4, arbitrary: word }, { weight: 2, arbitrary: line }, mark, table, whole), {
        maxLength: 24,
      })
      .map((pieces) => pieces.join(''));
    let commonOnes = 0;
    fc.assert(
      fc.property(text, (markdown) => {
        if (isCommon(markdown)) commonOnes++;
        expect(formatTree(parseMarkdown(markdown))).to.deep.equal(formatTree(parseWithAll(markdown)));
      }),
      { numRuns: runs(1500) },
    );
    expect(commonOnes).to.be.greaterThan(0);
  });
});
