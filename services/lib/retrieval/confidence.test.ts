import { expect } from 'chai';
import type { Passage } from './artifact.ts';
import { ReleaseBuilder } from './build.ts';
import { curatedAnswer, isAnswerable, isSameQuestion } from './confidence.ts';
import { openRelease } from './search.ts';

const builder = new ReleaseBuilder({
  assistant: 'assistants/library',
  snapshotSha256: '',
  persona: '',
  displayName: '',
  description: '',
  languages: ['en', 'ru'],
});
function add(kind: Passage['kind'], question: string, text: string, locale: string): void {
  builder.add({ source: 's', kind, title: '', text, question, locale, locator: '', version: '' });
}
add('passage', '', 'The reading room is open from nine in the morning until eight in the evening.', 'en');
add('passage', '', 'A lost book is paid for at twice its price. Damaged pages cost one euro each.', 'en');
add('passage', '', 'Читальный зал работает с девяти утра до восьми вечера, кроме понедельника.', 'ru');
add('passage', '', 'За потерянную книгу читатель платит двойную цену. Порванная страница стоит сто рублей.', 'ru');
add('example', 'How do I renew a book?', 'Online, up to three times.', 'en');
add('example', 'How do I reserve a book?', 'At the desk.', 'en');
add('example', 'Can I print 20 pages?', 'Yes, for a euro.', 'en');
add('example', 'Как продлить книгу?', 'На сайте, до трёх раз.', 'ru');
add('example', 'Можно ли прийти с ребёнком?', 'Да, есть детский зал.', 'ru');
for (const way of [
  'Where is the toilet?',
  'Is there a toilet?',
  'toilet location please',
  'I need the toilet',
  'toilets?',
]) {
  add('example', way, 'On the ground floor.', 'en');
}
const index = openRelease(builder.finish());

describe('whether the material has an answer', () => {
  const passages = (question: string) => index.search(question, { kind: 'passage', limit: 5 });

  it('yes, to questions about what it speaks of', () => {
    for (const question of [
      'When is the reading room open?',
      'What do I pay for a lost book?',
      'Когда работает читальный зал?',
    ]) {
      expect(isAnswerable(passages(question)), question).to.equal(true);
    }
  });

  it('no, to other questions, to small words alone and to nothing', () => {
    for (const question of [
      'Who won the world cup?',
      'Какая столица Австралии?',
      'what is it and why',
      'как?',
      '',
      '🙂',
    ]) {
      expect(isAnswerable(passages(question)), question).to.equal(false);
    }
  });
});

describe('whether an example has the same question', () => {
  const curated = (question: string) =>
    curatedAnswer(index.search(question, { kind: 'example', limit: 5 }))?.passage.text;

  it('yes, whatever the case, the forms, the marks and small misspellings', () => {
    const cases = [
      ['HOW DO I RENEW A BOOK', 'Online, up to three times.'],
      ['how to renew books', 'Online, up to three times.'],
      ['Как продлить книги', 'На сайте, до трёх раз.'],
      ['можно прийти с ребенком??', 'Да, есть детский зал.'],
    ] as const;
    for (const [question, answer] of cases) expect(curated(question), question).to.equal(answer);
  });

  it('no, when the subject, the number or the language differs', () => {
    for (const question of ['How do I sell a book?', 'Can I print 200 pages?', 'Как сдать книгу?', 'book']) {
      expect(curated(question), question).to.equal(undefined);
    }
  });

  it('needs less likeness where the nearest all have one answer', () => {
    const hits = index.search('where is your toilet located', { kind: 'example', limit: 5 });
    expect(hits.some(isSameQuestion)).to.equal(false);
    expect(curatedAnswer(hits)?.passage.text).to.equal('On the ground floor.');
    expect(curatedAnswer(hits.slice(0, 3))).to.equal(undefined);
  });
});
