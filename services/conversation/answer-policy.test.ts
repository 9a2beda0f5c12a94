import { expect } from 'chai';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { ReleaseBuilder } from '#lib/retrieval/build.ts';
import { openRelease, type ReleaseIndex } from '#lib/retrieval/search.ts';
import { chooseRoute, type RouteInput } from './answer-policy.ts';

const base = { title: 't', locale: 'en', locator: '', version: 'v' };

function example(question: string, text: string, locale = 'en'): Passage {
  return { ...base, kind: 'example', source: `examples/${question}`, question, text, locale };
}

function passage(text: string, locale = 'en'): Passage {
  return { ...base, kind: 'passage', source: `documents/${text.slice(0, 8)}`, question: '', text, locale };
}

const MATERIAL = [
  example('How do I reset my password?', 'Press "Forgot password" on the sign-in page.'),
  example('Where can I park the bicycle?', 'At any station of the city.'),
  example('Сколько стоит абонемент на месяц?', 'Месяц стоит 900 рублей.', 'ru'),
  passage('A lost bicycle must be reported within two hours by telephone. The deposit is returned after the search.'),
  passage('The season begins in April and ends in November. Stations are closed in winter.'),
  passage('Потерянный велосипед: сообщите по телефону в течение двух часов. Залог возвращается после поисков.', 'ru'),
];

function index(): ReleaseIndex {
  const builder = new ReleaseBuilder({
    assistant: 'assistants/velik',
    snapshotSha256: '',
    persona: '',
    displayName: 'Velik',
    description: '',
    languages: ['en', 'ru'],
  });
  for (const one of MATERIAL) builder.add(one);
  return openRelease(builder.finish());
}

function route(question: string, extra: Partial<RouteInput> = {}) {
  return chooseRoute({ question, language: 'en', earlier: [], index: index(), ...extra });
}

describe('the answer policy', () => {
  it('sends an approved example when it is the same question', () => {
    const chosen = route('how do i reset my password');
    expect(chosen.type === 'curated' && chosen.hit.passage.text).to.equal(
      'Press "Forgot password" on the sign-in page.',
    );
  });

  it('does so in the language of the answer only', () => {
    const russian = route('Сколько стоит абонемент на месяц?', { language: 'ru' });
    expect(russian.type).to.equal('curated');
    expect(route('Сколько стоит абонемент на месяц?', { language: 'en' }).type).not.to.equal('curated');
  });

  it('asks a model with the passages that are about the question', () => {
    const chosen = route('When must a lost bicycle be reported?');
    expect(chosen.type === 'model' && chosen.passages[0]?.passage.text).to.contain('within two hours');
    expect(chosen.type === 'model' && chosen.passages.map(({ id }) => id)[0]).to.equal('p1');
  });

  it('refuses what the material is not about', () => {
    expect(route('Who won the football championship in 1966?').type).to.equal('refuse');
    expect(route('Кто написал оперу «Борис Годунов»?', { language: 'ru' }).type).to.equal('refuse');
    expect(route('???').type).to.equal('refuse');
  });

  it('understands a follow-up by the question before it', () => {
    const earlier = [{ question: 'When does the season begin?', answer: 'In April.' }];
    expect(route('And when does it end?', { earlier }).type).to.equal('model');
  });

  it('answers small talk by itself', () => {
    expect(route('Hello!')).to.deep.equal({ type: 'small_talk', kind: 'greeting' });
  });
});
