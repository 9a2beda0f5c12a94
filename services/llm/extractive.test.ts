import { expect } from 'chai';
import { Stemmer } from '#lib/retrieval/stems.ts';
import { extract } from './extractive.ts';
import { type CitablePassage, Stems } from './units.ts';

const stemmer = new Stemmer(1_000);

function answer(question: string, passages: readonly Omit<CitablePassage, 'id' | 'title'>[], language = 'en') {
  const numbered = passages.map((passage, i) => ({ id: `p${i + 1}`, title: '', ...passage }));
  return extract(question, numbered, new Stems(stemmer, language));
}

const hotel = {
  text: 'The hotel has two restaurants. Breakfast is served from 7:00 to 10:30 in the garden room. Pets are welcome for a fee of 15 euros a night.',
};
const отель = {
  text: 'В отеле два ресторана. Завтрак подают с 7:00 до 10:30 в зимнем саду. Домашних животных принимаем за 1500 рублей в сутки.',
};

describe('the extractive model', () => {
  it('answers with the sentence that fits, cited', () => {
    expect(answer('When is breakfast served?', [hotel])).to.equal(
      'Breakfast is served from 7:00 to 10:30 in the garden room. [p1]',
    );
  });

  it('answers in Russian through its endings', () => {
    expect(answer('Во сколько завтраки?', [hotel, отель], 'ru')).to.equal(
      'Завтрак подают с 7:00 до 10:30 в зимнем саду. [p2]',
    );
    expect(answer('Можно ли с домашним животным?', [отель], 'ru')).to.include('1500 рублей');
  });

  it('says that it does not know rather than something', () => {
    expect(answer('Who won the world cup in 1998?', [hotel])).to.equal(undefined);
    expect(answer('Какая столица Франции?', [отель], 'ru')).to.equal(undefined);
    expect(
      answer('Do you rent bicycles to guests of the hotel?', [{ text: 'Room service works around the clock.' }]),
    ).to.equal(undefined);
    expect(answer('???', [hotel])).to.equal(undefined);
    expect(answer('When is breakfast?', [])).to.equal(undefined);
  });

  it('does not take half of a short question for the whole', () => {
    const passes = 'Дневной абонемент стоит 250 рублей. Билет на сутки есть в приложении.';
    expect(answer('Как вернуть билет?', [{ text: passes }], 'ru')).to.equal(undefined);
  });

  it('gives the answer of an example whole', () => {
    const example = {
      text: 'How do I cancel my booking?\nOpen *My trips*, choose the booking. Press Cancel.\n\nIt is free for 24 hours.',
    };
    expect(answer('how can i cancel a booking', [hotel, example])).to.equal(
      'Open *My trips*, choose the booking. Press Cancel.\n\nIt is free for 24 hours. [p2]',
    );
  });

  it('knows an example by its question, with or without a question mark', () => {
    expect(
      answer('my card has not arrived yet', [
        { text: 'I lost my card on a journey\nlost_card' },
        { text: 'My new card has not arrived\ncard_delivery' },
      ]),
    ).to.equal('card_delivery [p2]');
  });

  it('prefers the example whose question is put the same way', () => {
    const rules = {
      text: 'За велосипед вне станции берём 500 рублей: столько стоит за ним приехать. Прокат открыт круглый год.',
    };
    const price = { text: 'Сколько стоит поездка?\nПрокат на одну поездку стоит 110 рублей.' };
    expect(answer('Сколько стоит прокат?', [rules, price], 'ru')).to.equal(
      'Прокат на одну поездку стоит 110 рублей. [p2]',
    );
  });

  it('gathers sentences of several passages, each with its source', () => {
    const text = answer('What does the parking cost?', [
      { text: 'Parking costs 10 euros a day. The lobby is on the ground floor.' },
      { text: 'For electric cars the parking costs 5 euros a day.' },
    ]);
    expect(text).to.include('Parking costs 10 euros a day. [p1]').and.to.include('5 euros a day. [p2]');
  });

  it('cites nothing that a passage only claims', () => {
    expect(answer('When is breakfast served?', [{ text: 'Breakfast is served at nine [p7].' }])).to.equal(
      'Breakfast is served at nine. [p1]',
    );
  });
});
