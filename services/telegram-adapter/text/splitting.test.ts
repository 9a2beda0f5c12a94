import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '#testing/properties.ts';
import { cleaned, trimmed } from '#testing/telegram/entities.ts';
import { parseHtml } from '#testing/telegram/html.ts';
import type { Rendered } from './formatted.ts';
import { formatMarkdown } from './render.ts';
import { splitMarkdown } from './split.ts';

/** What no example can prove of splitting: that it holds for any text. */

const MARKS = ['**', '*', '_', '~~', '`', '``', '```', '\\', '[', '](', ')', '![', '<', '>', '&', '|', ':', '#', '!'];
const LINES = [
  '\n',
  '\n\n',
  '- ',
  '1. ',
  '7) ',
  '> ',
  '    ',
  '\t',
  '  - ',
  '- [x] ',
  '# ',
  '---\n',
  '===\n',
  '```js\n',
  '~~~',
  '```\n',
];
const WHOLE = [
  '| a | b |\n|---|---|\n',
  '| c | d |\n',
  '|',
  '[x](https://e.org/y) ',
  '[x]: https://e.org/z\n',
  '[x]',
  '[^1]',
  '[^1]: note\n',
];
const RAW = ['&amp;', '&lt;b&gt;', '&#x202e;', '&#0;', '<b>', '</b>', '<br>', '<!-- c -->', '<script>', '<a href="x">'];
const SIGNS = [
  '👩‍👧 ',
  '👩‍👩‍👧‍👦',
  '🇷🇺',
  '🇷',
  '1️⃣',
  '👍🏽',
  'é',
  'e\u0301',
  '\u0301'.repeat(70),
  'ﷺ',
  '中文',
  'שלום',
  '\u200b',
  '\u200d',
  '\u2066',
  '\u202e',
  '\u2028',
  '\ufeff',
];
const TORN = ['\ud83d', '\ude00', '\0', '\r', '\r\n', '\u0007', '\u001b[31m'];

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('word ', 'words. ', 'a', ' ', '\n') },
  { weight: 3, arbitrary: fc.nat(9999).map((number) => `n${number} `) },
  { weight: 3, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 3, arbitrary: fc.constantFrom(...LINES) },
  { weight: 2, arbitrary: fc.constantFrom(...WHOLE) },
  fc.constantFrom(...RAW),
  fc.constantFrom(...SIGNS),
  fc.constantFrom(...TORN),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const markdowns = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
const limits = fc.oneof(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 32, max: 160 }));

describe('splitting any Markdown', () => {
  it('makes messages that Telegram takes, none too long, that hold the whole text in order', () => {
    fc.assert(
      fc.property(markdowns, limits, (markdown, limit) => {
        const parts = splitMarkdown(markdown, limit);
        for (const part of parts) expectTaken(part, limit);
        expectWhole(markdown, parts);
      }),
      { numRuns: runs(600) },
    );
  });

  it('holds for texts of the length that needs it', () => {
    const long = fc.array(markdowns, { minLength: 40, maxLength: 60 }).map((texts) => texts.join(''));
    fc.assert(
      fc.property(long, (markdown) => {
        const parts = splitMarkdown(markdown);
        for (const part of parts) expectTaken(part, 4096);
        expectWhole(markdown, parts);
      }),
      { numRuns: runs(20) },
    );
  });

  it('cuts no pair of surrogates and no visible character of a common length', () => {
    const signs = fc.array(fc.constantFrom('👩‍👩‍👧‍👦', '🇷🇺', '1️⃣', '👍🏽', 'e\u0301', '한', 'नि'), { maxLength: 80 });
    fc.assert(
      fc.property(signs, fc.integer({ min: 16, max: 64 }), (characters, limit) => {
        const parts = splitMarkdown(characters.join(''), limit);
        const segments = parts.flatMap(({ plain }) =>
          Array.from(new Intl.Segmenter().segment(plain), (one) => one.segment),
        );
        expect(segments).to.deep.equal(characters);
      }),
    );
  });
});

/** Telegram reads out of the HTML what we say that it shows, and it is not too long. */
function expectTaken({ html, plain }: Rendered, limit: number): void {
  expect(html.isWellFormed()).to.equal(true);
  expect(trimmed(parseHtml(cleaned(html))).text).to.equal(trimmed({ text: plain, entities: [] }).text);
  expect(plain.trim()).not.to.equal('');
  expect(plain.length).to.be.within(1, limit);
}

/** All but white space is there, in order, and nothing else, save that the header of a table may stand there again. */
function expectWhole(markdown: string, parts: readonly Rendered[]): void {
  const { plain, marks } = formatMarkdown(markdown);
  const headers = marks.flatMap(({ header }) => (header === undefined ? [] : [bare(header)]));
  const wanted = bare(plain);
  let at = 0;
  for (const part of parts) {
    const text = bare(part.plain);
    const header = headers.find((one) => text.startsWith(one) && wanted.startsWith(text.slice(one.length), at));
    const shown = wanted.startsWith(text, at) ? text : text.slice(header?.length ?? 0);
    expect(wanted.slice(at, at + shown.length)).to.equal(shown);
    at += shown.length;
  }
  expect(wanted.slice(at)).to.equal('');
}

function bare(text: string): string {
  return text.replaceAll(/\s/g, '');
}
