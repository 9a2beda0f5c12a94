import { expect } from 'chai';
import fc from 'fast-check';
import { splitSentences } from './sentences.ts';

describe('sentences', () => {
  const cases: readonly (readonly [why: string, ...sentences: string[]])[] = [
    ['end with their marks', 'It is open.', 'Is it?', 'Yes!', 'Well…', 'Good.'],
    ['keep decimals and versions', 'It costs 3.50 euros.', 'Version 2.0.1 is out.'],
    ['keep abbreviations', 'Dr. Smith met Mr. Jones at St. Mary, e.g. on No. 5.', 'He left at 5 p.m. sharp.'],
    ['end after an abbreviation', 'Bring pens, paper, etc.', 'We open at 9 a.m.', 'Come in.'],
    ['keep initials', 'J. R. R. Tolkien wrote it.', 'The U.S. Senate read it.'],
    ['по-русски', 'Приходите к нам.', 'Вас ждут?', 'Да!'],
    ['держат сокращения', 'Адрес: ул. Ленина, д. 5, кв. 12.', 'Это, т. е. всё, стоит 5 тыс. рублей.'],
    ['держат годы и города', 'В 1990 г. открыли библиотеку.', 'Она в г. Москве.', 'Закрыли в 2001 г.', 'Жаль.'],
    ['держат инициалы', 'А. С. Пушкин родился в Москве.', 'Там же жил И.С. Тургенев.'],
    ['кончаются сокращением', 'Книги, журналы и т. д.', 'Цена 300 руб.', 'Оплата картой.'],
    ['hold what is quoted', 'She said "Stop." And left.', '«Готово!» Он ушёл.'],
    ['中文', '你好。', '多少钱？', '谢谢！'],
  ];
  for (const [why, ...sentences] of cases) {
    it(why, () => {
      if (why === 'hold what is quoted') {
        expect(splitSentences(sentences.join(' '))).to.deep.equal([
          'She said "Stop."',
          'And left.',
          '«Готово!»',
          'Он ушёл.',
        ]);
        return;
      }
      expect(splitSentences(sentences.join(why === '中文' ? '' : ' '))).to.deep.equal(sentences);
    });
  }

  it('may run over a line end, and end at a paragraph, a heading, a list item or a table row', () => {
    const text = '# Fees\nA card is\nfree\n\nYou need:\n- a passport\n- 1. a photo\n2. patience\n| a | b |\n| c | d |';
    expect(splitSentences(text)).to.deep.equal([
      '# Fees',
      'A card is\nfree',
      'You need:',
      '- a passport',
      '- 1. a photo',
      '2. patience',
      '| a | b |',
      '| c | d |',
    ]);
  });

  it('lose nothing, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('. ', '! ', '\n', '\n\n', 'т. д. ', 'Mr. ', ' A'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        expect(splitSentences(text).join('').replace(/\s/g, '')).to.equal(text.replace(/\s/g, ''));
      }),
    );
  });

  it('are found in a long line at once', () => {
    expect(splitSentences('a. '.repeat(50_000))).to.have.length(1);
    expect(splitSentences('No mark here '.repeat(20_000))).to.have.length(1);
  });
});
