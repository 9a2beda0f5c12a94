import { expect } from 'chai';
import { smallTalk } from './small-talk.ts';

describe('small talk', () => {
  for (const [message, kind] of [
    ['Hello!', 'greeting'],
    ['Добрый день!', 'greeting'],
    ['привет 👋', 'greeting'],
    ['Thank you so much.', 'thanks'],
    ['Спасибо большое!', 'thanks'],
    ['Bye', 'farewell'],
    ['До свидания', 'farewell'],
    ['Who are you?', 'identity'],
    ['Кто ты такой?', 'identity'],
    ['Grüß Gott!', 'greeting'],
    ['İyi günler', 'greeting'],
    ['Koʻrishguncha', 'farewell'],
    ['Korishguncha', 'farewell'],
    ['Merci beaucoup !', 'thanks'],
    ['Qui es-tu ?', 'identity'],
    ['مرحبًا!', 'greeting'],
    ['धन्यवाद।', 'thanks'],
    ['你好！', 'greeting'],
    ['ありがとうございます。', 'thanks'],
    ['안녕히 계세요~', 'farewell'],
  ] as const) {
    it(`is "${message}"`, () => expect(smallTalk(message)?.kind).to.equal(kind));
  }

  for (const message of [
    'Hello, when do you open?',
    'Привет, сколько стоит абонемент?',
    'What are your prices?',
    'Hola, ¿cuánto cuesta?',
    '你好，多少钱？',
    '',
    '?',
    'пока не приходит код',
  ]) {
    it(`is not "${message}"`, () => expect(smallTalk(message)).to.equal(undefined));
  }

  it('tells the languages that say it so', () => {
    expect(smallTalk('Guten Tag')?.languages).to.deep.equal(['de']);
    expect(smallTalk('Oi!')?.languages).to.deep.equal(['pt']);
    expect(smallTalk('Вітаю')?.languages).to.deep.equal(['uk', 'be']);
  });
});
