import { expect } from 'chai';
import { MarkupFault } from './entities.ts';
import { parseMarkdownV2 } from './markdown.ts';

describe("Telegram's MarkdownV2, as the double reads it", () => {
  it('gives plain text and entities', () => {
    const source = '*жирно _и косо_* \\(1\\.5\\) `a_b` [тут](https://example.org/a_b)\n```ts\nlet x = 1;\n```\n>цитата';
    expect(parseMarkdownV2(source)).to.deep.equal({
      text: 'жирно и косо (1.5) a_b тут\nlet x = 1;\n\nцитата',
      entities: [
        { type: 'bold', offset: 0, length: 12 },
        { type: 'italic', offset: 6, length: 6 },
        { type: 'code', offset: 19, length: 3 },
        { type: 'text_link', offset: 23, length: 3, url: 'https://example.org/a_b' },
        { type: 'pre', offset: 27, length: 11, language: 'ts' },
        { type: 'blockquote', offset: 39, length: 6 },
      ],
    });
  });

  it('refuses what is not escaped or not closed', () => {
    expect(() => parseMarkdownV2('Really.')).to.throw(MarkupFault, "Character '.' is reserved and must be escaped");
    expect(() => parseMarkdownV2('a *b')).to.throw(MarkupFault, "Can't find end of Bold entity at byte offset 2");
    expect(() => parseMarkdownV2('[a](b')).to.throw(MarkupFault, "Can't find end of a URL at byte offset 3");
  });
});
