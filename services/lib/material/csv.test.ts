import { expect } from 'chai';
import fc from 'fast-check';
import { readCsv } from './csv.ts';
import { FileRefused } from './formats.ts';
import type { ExampleItem, RejectedItem } from './items.ts';

const detect = () => 'xx';
const read = (text: string) => [...readCsv(text, '', detect)].map(({ item }) => item);
const taken = (text: string) => read(text).filter((item): item is ExampleItem => item.kind === 'example');
const rejected = (text: string) => read(text).filter((item): item is RejectedItem => item.kind === 'rejected');
const pairs = (text: string) => taken(text).map(({ question, answer }) => [question, answer]);

describe('reading CSV', () => {
  it('knows columns by their names in two languages, in any order and beside others', () => {
    expect(taken('id,Answer,Question,locale,tags\n7,Yes.,Open?,en,"a, b"\n')[0]).to.deep.equal({
      kind: 'example',
      row: 1,
      question: 'Open?',
      answer: 'Yes.',
      locale: 'en',
      tags: ['a', 'b'],
    });
    expect(pairs('Вопрос;Ответ\nГде?;Там; рядом\n"Где; ещё?";Там\n')).to.deep.equal([['Где; ещё?', 'Там']]);
    expect(pairs('text,category\nMy card?,card_arrival\n')).to.deep.equal([['My card?', 'card_arrival']]);
    expect(pairs('prompt\tcompletion\nHi\tHello\n')).to.deep.equal([['Hi', 'Hello']]);
    expect(pairs('q|a\nHi|Hello\n')).to.deep.equal([['Hi', 'Hello']]);
  });

  it('takes a category for a tag where there is an answer as well', () => {
    expect(taken('question,answer,category\nWhere?,Here.,places\n')[0])
      .to.include({ answer: 'Here.' })
      .and.have.property('tags')
      .that.deep.equals(['places']);
  });

  it('reads two columns without a name that it knows, and tells by the first row whether it is data', () => {
    expect(pairs('How much is it?,Nothing.\nWhere?,Here.\n')).to.have.length(2);
    expect(pairs('Frage,Antwort\nWie viel?,Nichts.\n')).to.deep.equal([['Wie viel?', 'Nichts.']]);
  });

  it('refuses a file whose columns it cannot tell', () => {
    for (const text of ['one\ntwo\n', 'id,name,place\n1,2,3\n', 'question,note\na,b\n']) {
      expect(() => read(text), text)
        .to.throw(FileRefused)
        .with.nested.property('fault.reason', 'FILE_COLUMNS_MISSING');
    }
  });

  it('rejects ragged and incomplete rows by number and keeps the others', () => {
    const text = 'question,answer\nA?,1\nB?\nC?,3,4\n,5\nD?,\n\nE?,6\n';
    expect(pairs(text)).to.deep.equal([
      ['A?', '1'],
      ['E?', '6'],
    ]);
    expect(rejected(text).map(({ row }) => row)).to.deep.equal([2, 3, 4, 5]);
    expect(rejected(text)[0]?.reason).to.equal('the row has 1 cells; 2 are expected');
    expect(taken(text)[1]?.row).to.equal(7);
  });

  it('loses one row to a quotation mark that is never closed, not those after it', () => {
    expect(pairs('question,answer\nA?,1\n"B?,2\nC?,3\nD?,4\n')).to.deep.equal([
      ['A?', '1'],
      ['C?', '3'],
      ['D?', '4'],
    ]);
    expect(pairs('question,answer\n"B?,2\nC?,3\n"D, d?",4\n')).to.deep.equal([
      ['C?', '3'],
      ['D, d?', '4'],
    ]);
  });

  it('reads quotation marks within words as they stand', () => {
    expect(pairs('question,answer\nЧто такое "залог"?,"Сумма, ""под замком"""\n')).to.deep.equal([
      ['Что такое "залог"?', 'Сумма, "под замком"'],
    ]);
  });

  it('keeps line breaks of an answer and reads lines of all systems', () => {
    expect(pairs('question,answer\r\nA?,"1\r\n2"\r\nB?,3\r\n')).to.deep.equal([
      ['A?', '1\n2'],
      ['B?', '3'],
    ]);
  });

  it('takes the language from the row, else from the file, else from the text', () => {
    const rows = [...readCsv('question,answer,lang\nA?,1,pt_BR\nB?,2,\n', 'de', detect)].map(({ item }) => item);
    expect(rows.map((item) => (item as ExampleItem).locale)).to.deep.equal(['pt-BR', 'de']);
    expect(taken('question,answer\nA?,1\n')[0]?.locale).to.equal('xx');
    expect(rejected('question,answer,lang\nA?,1,english!\n')[0]?.reason).to.contain('language tag');
  });

  it('rejects what is too long for a question', () => {
    expect(rejected(`question,answer\n${'a'.repeat(100_000)},1\nB?,2\n`)).to.have.length(1);
  });

  it('gives back whatever was written by the rules, row for row', () => {
    const unit = fc.constantFrom('a', 'Ж', '"', "'", ',', ';', '|', '😀', '=', '?', '<');
    const cell = fc.string({ unit, minLength: 1, maxLength: 20 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 10 }), (rows) => {
        const text = `question,answer\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
        expect(pairs(text)).to.deep.equal(rows);
      }),
      { numRuns: 50 },
    );
  });

  it('never throws anything but a refusal, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', 'a', '?', ' '), maxLength: 60 }),
        (text) => {
          try {
            read(`question,answer\n${text}`);
            read(text);
          } catch (error) {
            expect(error).to.be.instanceOf(FileRefused);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
