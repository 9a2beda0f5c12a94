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
      { numRuns: runs(100) },
    );
  });
});

describe('hostile text', () => {
  const shown = (markdown: string, limit?: number): string => {
    const parts = splitMarkdown(markdown, limit);
    for (const part of parts) expectTaken(part, limit ?? 4096);
    return parts.map(({ plain }) => plain).join('');
  };

  it('of letters that take no room is shown', () => {
    expect(shown('pay\u200bpal **\u200b\u2060**')).to.equal('pay\u200bpal \u200b\u2060');
  });

  it('cannot turn the direction of writing, written plainly or as a reference', () => {
    expect(shown('a\u202egpj.exe')).to.equal('agpj.exe');
    expect(shown('*a*&#x202e;gpj.exe &#8238;')).to.equal('agpj.exe');
  });

  it('of one letter with 4096 marks is cut between them, none lost', () => {
    const tower = `e${'\u0301'.repeat(4096)}`;
    expect(shown(tower)).to.equal(tower);
    expect(shown(`**${tower}**`, 100)).to.equal(tower);
  });

  it('of HTML is text', () => {
    const html = '<b>a</b> <a href="https://e.org" onclick=x>b</a><script>c</script><tg-spoiler>d</tg-spoiler>&lt;';
    expect(shown(html, 40).replaceAll(/\s/g, '')).to.equal(html.replace('&lt;', '<').replaceAll(/\s/g, ''));
  });

  it('of halves of characters is shown as Unicode has it', () => {
    expect(shown('a\ud83d b **\ude00**')).to.equal('a\ufffd b \ufffd');
    expect(shown('a\0b\u0007c\u001b[31m')).to.equal('a\ufffdb c [31m');
  });

  it('does not grow out of measure', () => {
    const table = `| ${'w'.repeat(2000)} | b |\n|---|---|\n${'| c | d |\n'.repeat(400)}`;
    expect(formatMarkdown(table).plain.length).to.be.below(8 * table.length);
    const list = `${'- '.repeat(60)}a\n${'b\n'.repeat(400)}`;
    expect(formatMarkdown(list).plain.length).to.be.below(16 * list.length);
    expect(
      formatMarkdown(`${'|a'.repeat(3000)}|\n${'|-'.repeat(3000)}|\n${'|b|\n'.repeat(3000)}`).plain.length,
    ).to.be.below(60_000);
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
