import { expect } from 'chai';
import { graphemeBoundary } from './graphemes.ts';
import { splitMarkdown } from './split.ts';

const plainOf = (markdown: string, limit?: number): readonly string[] =>
  splitMarkdown(markdown, limit).map(({ plain }) => plain);

const words = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `word${from + index}`).join(' ');

describe('splitting Markdown into messages', () => {
  it('leaves a text that fits in one piece', () => {
    expect(plainOf('one\n\ntwo')).to.deep.equal(['one\n\ntwo']);
    expect(plainOf(' \n ')).to.deep.equal([]);
  });

  it('counts what is visible, not the source', () => {
    const text = `[${'a'.repeat(60)}](https://e.org/${'x'.repeat(40)})`;
    expect(plainOf(text, 64)).to.deep.equal(['a'.repeat(60)]);
  });

  it('cuts between blocks', () => {
    const text = `${words(0, 8)}\n\n${words(8, 8)}\n\n${words(16, 8)}`;
    expect(plainOf(text, 130)).to.deep.equal([`${words(0, 8)}\n\n${words(8, 8)}`, words(16, 8)]);
  });

  it('cuts between sentences, then between words', () => {
    expect(plainOf('One two three. Four five six. Seven eight', 32)).to.deep.equal([
      'One two three. Four five six.',
      'Seven eight',
    ]);
    expect(plainOf(words(0, 12), 50).join(' ')).to.equal(words(0, 12));
  });

  it('closes a fence and opens it again with its language', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    const parts = splitMarkdown(`Code:\n\n\`\`\`js\n${lines.join('\n')}\n\`\`\`\n\nend`, 64);
    expect(parts.length).to.be.greaterThan(1);
    for (const { html } of parts.slice(0, -1))
      expect(html).to.match(/<pre><code class="language-js">[^<]+<\/code><\/pre>$/);
    expect(
      parts
        .map(({ plain }) => plain)
        .join('\n')
        .replaceAll('\n\n', '\n'),
    ).to.equal(`Code:\n${lines.join('\n')}\nend`);
  });

  it('repeats the header of a table', () => {
    const rows = Array.from({ length: 12 }, (_, index) => `| city ${index} | ${index} |`);
    const parts = plainOf(`| City | Days |\n|---|---|\n${rows.join('\n')}`, 100);
    expect(parts.length).to.be.greaterThan(1);
    for (const part of parts) expect(part).to.match(/^City +\| Days\n/);
    expect(parts.join('\n').match(/city \d+ +\| \d+/g)).to.have.lengthOf(12);
  });

  it('keeps emphasis on both sides of a cut', () => {
    const parts = splitMarkdown(`**${words(0, 12)}**`, 50);
    expect(parts.length).to.be.greaterThan(1);
    for (const { html } of parts) expect(html).to.match(/^<b>[^*<]+<\/b>$/);
  });

  it('keeps the items of a nested list as items', () => {
    const items = Array.from({ length: 10 }, (_, index) => `- item ${index}\n    - inner ${index}\n      more`);
    const parts = splitMarkdown(items.join('\n'), 64);
    for (const { html } of parts) expect(html).not.to.contain('<pre>');
    expect(
      parts
        .map(({ plain }) => plain)
        .join('\n')
        .match(/• (item|inner) \d/g),
    ).to.have.lengthOf(20);
  });

  it('does not make a heading or a list of a cut sentence', () => {
    const text = `${'a'.repeat(24)} ${'b'.repeat(20)} # 5 and 1. more`;
    expect(plainOf(text, 48).join(' ')).to.equal(text);
  });

  it('never cuts a visible character', () => {
    const family = '👩‍👩‍👧‍👦';
    for (const limit of [16, 17, 23, 32]) {
      for (const part of plainOf(family.repeat(12), limit)) expect(part.replaceAll(family, '')).to.equal('');
    }
  });

  it('ends for texts of nothing but marks', () => {
    for (const unit of ['[', '*a ', '`', '> ', '- ', 'a', '|a', '**a ']) {
      const parts = splitMarkdown(unit.repeat(12_000 / unit.length));
      expect(
        parts.every(({ plain }) => plain.length <= 4096),
        unit,
      ).to.equal(true);
    }
  });

  it('counts on behind a cut in a numbered list', () => {
    const parts = splitMarkdown('1. one and some more\n1. two and some more\n1. three and some more\n', 30);
    expect(parts.map(({ plain }) => plain.trim()).join(' ')).to.match(/1\. one .*2\. two .*3\. three/s);
  });

  it('closes a code span before a cut and opens it again after it', () => {
    const [first, second] = splitMarkdown('?`js n0 [x](https://e.org/y) word` and so on', 20);
    expect(`${first?.plain}${second?.plain}`).to.contain('](https://e.org');
    expect(first?.html).to.match(/<code>/);
    expect(second?.html).to.match(/<code>/);
  });

  it('loses no word of a row that is cut before something like a fence', () => {
    const parts = plainOf('| a | b |\n|---|---|\nn0 word - ```js\n', 32);
    expect(parts.join(' ').match(/n0|word|js/g)).to.deep.equal(['n0', 'word', 'js']);
  });

  it('goes on with a span between three backticks as one', () => {
    const parts = splitMarkdown('?```js n0 [x](https://e.org/y) word```', 20);
    expect(parts.map(({ html }) => html)).to.deep.equal([
      '?<code>js n0 [x](https://e</code>',
      '<code>.org/y) word</code>',
    ]);
  });
});

describe('visible characters', () => {
  it('are cut between, and progress is made', () => {
    expect(graphemeBoundary('a😀b', 2)).to.equal(1);
    expect(graphemeBoundary('😀b', 1)).to.equal(2);
    const marks = `e${'\u0301'.repeat(500)}`;
    expect(graphemeBoundary(marks, 200)).to.be.within(1, 200);
  });
});
