import { expect } from 'chai';
import { sentencesOf } from './sentences.ts';

const texts = (text: string): string[] => sentencesOf(text).map((sentence) => sentence.text);

describe('sentences', () => {
  it('end at full stops, question and exclamation marks, quotes included', () => {
    expect(texts('We open at nine. “Really?” Yes! See you…  Bye')).to.deep.equal([
      'We open at nine.',
      '“Really?”',
      'Yes!',
      'See you…',
      'Bye',
    ]);
  });

  it('do not end at abbreviations, initials, numbers and addresses', () => {
    const whole = [
      'Dr. Smith pays approx. 3.50 per day, e.g. on Mondays.',
      'В 1837 г. умер А. С. Пушкин на наб. р. Мойки.',
      'Пишите на help@otvet.example или www.otvet.example сегодня.',
      'The U.S. Army came.',
    ];
    for (const sentence of whole) expect(texts(sentence)).to.deep.equal([sentence]);
  });

  it('stand alone as headings and list items, without their marks', () => {
    expect(texts('# Opening hours\n\n- Mon: 9-18\n- Sun: closed\n\nAsk us.')).to.deep.equal([
      'Opening hours',
      'Mon: 9-18',
      'Sun: closed',
      'Ask us.',
    ]);
  });

  it('go on over lines that were broken for their width', () => {
    const wrapped =
      'Documents are kept for five years after the contract has come to its\nend. After that\nthey are destroyed.';
    expect(texts(wrapped)).to.deep.equal([
      'Documents are kept for five years after the contract has come to its end.',
      'After that they are destroyed.',
    ]);
  });

  it('are none in a text without words', () => {
    expect(texts('')).to.deep.equal([]);
    expect(texts(' \n---\n*** ...')).to.deep.equal([]);
  });
});
