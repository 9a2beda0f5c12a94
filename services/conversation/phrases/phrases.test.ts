import { expect } from 'chai';
import { catalogueContract } from '#lib/words/contract.ts';
import { PHRASES, phrase } from './catalogue.ts';

catalogueContract('an assistant', PHRASES);

describe('what an assistant says by itself', () => {
  it('is in the language of the question, in English where that is not spoken', () => {
    expect(phrase('pt', 'thanks')).to.match(/^De nada/);
    expect(phrase('ru-RU', 'greeting', { assistant: 'Velik' })).to.equal(
      'Здравствуйте! Я Velik. Что вы хотели бы узнать?',
    );
    expect(phrase('he', 'identity', { assistant: 'Velik' })).to.equal('אני \u2068Velik\u2069.');
    expect(phrase('sv', 'farewell')).to.match(/^Goodbye/);
    expect(phrase('und', 'refusal')).to.match(/^I don't know/);
  });
});
