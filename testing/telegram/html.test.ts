import { expect } from 'chai';
import fc from 'fast-check';
import { MarkupFault } from './entities.ts';
import { parseHtml } from './html.ts';

describe("Telegram's HTML, as the double reads it", () => {
  it('gives plain text and entities in UTF-16 units', () => {
    expect(
      parseHtml(
        '😀 <b>жирно <i>и косо</i></b> &lt;&amp;&gt; &#1103; <a href="https://example.org/?a=1&amp;b=2">тут</a>',
      ),
    ).to.deep.equal({
      text: '😀 жирно и косо <&> я тут',
      entities: [
        { type: 'bold', offset: 3, length: 12 },
        { type: 'italic', offset: 9, length: 6 },
        { type: 'text_link', offset: 22, length: 3, url: 'https://example.org/?a=1&b=2' },
      ],
    });
  });

  it('takes the whole tag set', () => {
    const source =
      '<strong>a</strong><em>b</em><u>c</u><ins>d</ins><s>e</s><strike>f</strike><del>g</del>' +
      '<tg-spoiler>h</tg-spoiler><span class="tg-spoiler">i</span><code>j</code><pre>k</pre>' +
      '<pre><code class="language-ts">l</code></pre><blockquote>m</blockquote><blockquote expandable>n</blockquote>';
    const { text, entities } = parseHtml(source);
    expect(text).to.equal('abcdefghijklmn');
    expect(entities.map(({ type }) => type)).to.deep.equal([
      'bold',
      'italic',
      'underline',
      'underline',
      'strikethrough',
      'strikethrough',
      'strikethrough',
      'spoiler',
      'spoiler',
      'code',
      'pre',
      'pre',
      'blockquote',
      'expandable_blockquote',
    ]);
    expect(entities[11]?.language).to.equal('ts');
  });

  const faults: readonly (readonly [string, string])[] = [
    ['<b>open', 'Can\'t find end tag corresponding to start tag "b"'],
    ['я <p>x</p>', 'Unsupported start tag "p" at byte offset 3'],
    ['a < b', 'Unsupported start tag "" at byte offset 2'],
    ['a <b', 'Unclosed start tag at byte offset 2'],
    ['a</b>', 'Unexpected end tag at byte offset 1'],
    ['<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['<br>', 'Unsupported start tag "br" at byte offset 0'],
    ['<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['<a href="x>y</a>', 'Unclosed start tag at byte offset 0'],
  ];
  for (const [source, message] of faults) {
    it(`refuses ${source}`, () => {
      expect(() => parseHtml(source)).to.throw(MarkupFault, message);
    });
  }

  it('leaves unknown references and bad links as text', () => {
    expect(parseHtml('a&nbsp;b & c <a href="javascript:alert(1)">d</a>')).to.deep.equal({
      text: 'a&nbsp;b & c d',
      entities: [],
    });
  });

  it('gives back any escaped text as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
        expect(parseHtml(`<b>${escaped}</b>`).text).to.equal(text);
      }),
    );
  });
});
