import { expect } from 'chai';
import type { Passage } from './artifact.ts';
import { ReleaseBuilder } from './build.ts';
import { openRelease } from './search.ts';

const IDENTITY = {
  assistant: 'assistants/library',
  snapshotSha256: 'ab'.repeat(32),
  persona: 'You are a librarian.',
  displayName: 'Библиотека',
  description: 'A town library',
  languages: ['ru', 'en'],
};

function passage(text: string, fields: Partial<Passage> = {}): Passage {
  return {
    source: 'assistants/library/datasets/rules/documents/d1',
    kind: 'passage',
    title: '',
    text,
    question: '',
    locale: 'en',
    locator: '',
    version: 'v1',
    ...fields,
  };
}

function example(question: string, answer: string, fields: Partial<Passage> = {}): Passage {
  return passage(answer, { kind: 'example', question, locator: 'row 17', ...fields });
}

function release(...passages: Passage[]) {
  const builder = new ReleaseBuilder(IDENTITY);
  for (const entry of passages) builder.add(entry);
  return builder.finish();
}

const LIBRARY = [
  passage('The reading room is open until nine in the evening.', { locator: 'Opening hours' }),
  passage('Lost books are paid for at twice their price.', { locator: 'Fees' }),
  passage('Читательский билет выдаётся по паспорту в день обращения.', { locale: 'ru', locator: 'Запись' }),
  passage('Принтер HP-4200 печатает до 2 000 страниц, ошибка E42 значит нехватку бумаги.', { locale: 'ru' }),
  example('How do I renew a book?', 'Online, up to three times.'),
  example('Как продлить книгу?', 'На сайте, до трёх раз.', { locale: 'ru' }),
];

describe('a release', () => {
  it('gives its header and counts back', () => {
    const { header, bytes } = openRelease(release(...LIBRARY));
    expect(header).to.deep.equal({ ...IDENTITY, exampleCount: 2, passageCount: 4 });
    expect(bytes).to.be.greaterThan(100);
  });

  it('gives a passage back as it was added', () => {
    const [hit] = openRelease(release(...LIBRARY)).search('паспорт', { kind: 'passage', limit: 5 });
    expect(hit?.passage).to.deep.equal(LIBRARY[2]);
  });

  it('is the same bytes for the same passages in the same order', () => {
    expect(release(...LIBRARY)).to.deep.equal(release(...LIBRARY));
  });

  it('finds other forms of a word, ё written as е, and words of the headings', () => {
    const index = openRelease(release(...LIBRARY));
    const first = (question: string) => index.search(question, { kind: 'passage', limit: 1 })[0]?.passage;
    expect(first('who pays for the lost book')).to.deep.equal(LIBRARY[1]);
    expect(first('кто выдает читательские билеты')).to.deep.equal(LIBRARY[2]);
    expect(first('fee')).to.deep.equal(LIBRARY[1]);
  });

  it('finds what was meant by a misspelt word, but prefers the word itself', () => {
    const index = openRelease(release(...LIBRARY, passage('Priec is a town.')));
    const first = (question: string) => index.search(question, { kind: 'passage', limit: 1 })[0]?.passage.text;
    expect(first('читатльский')).to.equal(LIBRARY[2]?.text);
    expect(first('redaing room')).to.equal(LIBRARY[0]?.text);
    expect(first('priec')).to.equal('Priec is a town.');
  });

  it('finds numbers and codes however they are written', () => {
    const index = openRelease(release(...LIBRARY));
    for (const question of ['hp4200', 'HP 4200', 'E42', '2000 страниц', '2,000', '2 000']) {
      expect(index.search(question, { limit: 1 })[0]?.passage, question).to.deep.equal(LIBRARY[3]);
    }
  });

  it('keeps kinds apart, and finds both when none is named', () => {
    const index = openRelease(release(...LIBRARY));
    const kinds = (kind?: Passage['kind']) =>
      index.search('renew a lost book', { ...(kind && { kind }), limit: 5 }).map((hit) => hit.passage.kind);
    expect(kinds('example')).to.deep.equal(['example']);
    expect(kinds('passage')).to.deep.equal(['passage']);
    expect(kinds()).to.have.members(['example', 'passage']);
  });

  it('holds the same question with different answers', () => {
    const index = openRelease(release(example('Open today?', 'Yes'), example('Open today?', 'No'), ...LIBRARY));
    const hits = index.search('open today?', { kind: 'example', limit: 2 });
    expect(hits.map((hit) => [hit.passage.text, hit.similarity])).to.deep.equal([
      ['Yes', 1],
      ['No', 1],
    ]);
  });

  it('of nothing answers nothing', () => {
    expect(openRelease(release()).search('anything', { limit: 10 })).to.deep.equal([]);
  });

  it('never holds more hits than asked for', () => {
    const index = openRelease(release(...LIBRARY));
    expect(index.search('book билет', { limit: 0 })).to.deep.equal([]);
    expect(index.search('book билет', { limit: 2 })).to.have.length(2);
  });
});
