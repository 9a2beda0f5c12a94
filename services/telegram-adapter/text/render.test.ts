import { expect } from 'chai';
import fc from 'fast-check';
import { runs } from '#testing/properties.ts';
import { render } from './formatted.ts';
import { isPlain, parseMarkdown } from './markdown.ts';
import { formatTree, renderMarkdown } from './render.ts';

const htmlOf = (markdown: string): string => renderMarkdown(markdown).html;

describe('Markdown as Telegram HTML', () => {
  it('renders emphasis, code and headings', () => {
    expect(htmlOf('# Hours\n\n**Bold**, *italic*, ~~gone~~ and `a < b`')).to.equal(
      '<b>Hours</b>\n\n<b>Bold</b>, <i>italic</i>, <s>gone</s> and <code>a &lt; b</code>',
    );
  });

  it('does not nest bold in bold, nor quotations in quotations', () => {
    expect(htmlOf('# A **b** c')).to.equal('<b>A b c</b>');
    expect(htmlOf('> a\n>\n> > b')).to.equal('<blockquote>a\n\nb</blockquote>');
  });

  it('gives code its language', () => {
    expect(htmlOf('```js\nif (a < 1) {}\n\n  b();\n```')).to.equal(
      '<pre><code class="language-js">if (a &lt; 1) {}\n\n  b();</code></pre>',
    );
    expect(htmlOf('    indented')).to.equal('<pre>indented</pre>');
  });

  it('shows lists with bullets, numbers, boxes and indentation', () => {
    expect(renderMarkdown('- one\n- two\n  - inner\n    more\n\n').plain).to.equal('• one\n• two\n  • inner\n    more');
    expect(renderMarkdown('3. c\n4. d').plain).to.equal('3. c\n4. d');
    expect(renderMarkdown('- [x] done\n- [ ] open').plain).to.equal('• ☑ done\n• ☐ open');
  });

  it('lays tables out in columns', () => {
    expect(htmlOf('| City | Days |\n|---|--:|\n| Москва | 1 |\n| Tver **x** | 12 |')).to.equal(
      '<pre>City   | Days\n-------+-----\nМосква |    1\nTver x |   12</pre>',
    );
  });

  it('links only what people can open', () => {
    expect(htmlOf('[a](https://e.org/?q="1"&r) [b](javascript:alert(1)) [c](/x) [d](tg://user?id=1)')).to.equal(
      '<a href="https://e.org/?q=%221%22&amp;r">a</a> b c <a href="tg://user?id=1">d</a>'.replaceAll('%22', '&quot;'),
    );
    expect(htmlOf('![a cat](https://e.org/cat.png)')).to.equal('<a href="https://e.org/cat.png">a cat</a>');
    expect(htmlOf('see [it][x]\n\n[x]: https://e.org/x')).to.equal('see <a href="https://e.org/x">it</a>');
  });

  it('keeps a definition that no link shows', () => {
    expect(renderMarkdown('Yes [1].\n\n[1]: Terms').plain).to.equal('Yes 1.\n\n[1]: Terms');
  });

  it('shows raw HTML as text', () => {
    expect(htmlOf('<script>alert(1)</script>')).to.equal('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(htmlOf('a <b>c</b><br>d')).to.equal('a &lt;b&gt;c&lt;/b&gt;\nd');
  });

  it('takes plain text as it is', () => {
    const text = 'Yes, until 9 pm [1].\nOn Sundays > 10 people [2], see https://e.org/a.';
    expect(isPlain(text)).to.equal(true);
    expect(renderMarkdown(text)).to.deep.equal({ html: text.replace('>', '&gt;'), plain: text });
  });

  it('knows a table without lines between its columns', () => {
    expect(htmlOf('Price\n:-\n300')).to.equal('<pre>Price\n-----\n300</pre>');
  });

  it('finds plain only what the parser leaves unchanged', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '[1]',
      '(',
      ')',
      ':',
      '.',
      '1',
      '-',
      '>',
      '=',
      '#',
      ']',
      '[',
      'https://x.y',
      '@',
      '+',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        if (!isPlain(text)) return;
        expect(renderMarkdown(text)).to.deep.equal(render(formatTree(parseMarkdown(text))));
      }),
      { numRuns: runs(3000) },
    );
  });
});
