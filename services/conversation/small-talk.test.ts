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
  ] as const) {
    it(`is "${message}"`, () => expect(smallTalk(message)).to.equal(kind));
  }

  for (const message of [
    'Hello, when do you open?',
    'Привет, сколько стоит абонемент?',
    'What are your prices?',
    '',
    '?',
    'пока не приходит код',
  ]) {
    it(`is not "${message}"`, () => expect(smallTalk(message)).to.equal(undefined));
  }
});
