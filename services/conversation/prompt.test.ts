import { expect } from 'chai';
import { Role } from '#gen/otvet/llm/v1/generation_pb.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { assemblePrompt, estimateTokens, type PromptInput } from './prompt.ts';

function passage(text: string): Passage {
  return { source: 's', kind: 'passage', title: 'Rules', text, question: '', locale: 'en', locator: '', version: 'v' };
}

const input: PromptInput = {
  assistant: { displayName: 'Velik', description: 'Bicycles of the city.', persona: 'Warm and brief.' },
  question: 'How much is a day?',
  language: 'en',
  passages: [
    { id: 'p1', passage: passage('A day costs 300.') },
    { id: 'p2', passage: passage('A month costs 900.') },
  ],
  earlier: [
    { question: 'And the second question?', answer: 'The second answer.' },
    { question: 'The first question?', answer: 'The first answer.' },
  ],
  budgetTokens: 2000,
};

const texts = (messages: ReturnType<typeof assemblePrompt>['messages']) =>
  messages.flatMap(({ parts }) =>
    (parts ?? []).map(({ content }) => {
      if (content?.case === 'text') return content.value;
      return content?.case === 'passage' ? (content.value.id ?? '') : 'picture';
    }),
  );

describe('a prompt', () => {
  it('has instructions first, earlier turns in their order, then passages with the question', () => {
    const { messages } = assemblePrompt(input);
    expect(messages.map(({ role }) => role)).to.deep.equal([
      Role.SYSTEM,
      Role.USER,
      Role.ASSISTANT,
      Role.USER,
      Role.ASSISTANT,
      Role.USER,
    ]);
    expect(texts(messages).slice(1)).to.deep.equal([
      'The first question?',
      'The first answer.',
      'And the second question?',
      'The second answer.',
      'p1',
      'p2',
      'How much is a day?',
    ]);
  });

  it('begins the same for every question in a language, so that a provider can cache it', () => {
    const other = assemblePrompt({ ...input, question: 'Something else?', passages: [], earlier: [] });
    expect(texts(other.messages)[0]).to.equal(texts(assemblePrompt(input).messages)[0]);
  });

  it('leaves out what finds no room: the last passages and the oldest turns, never the best passage', () => {
    const passages = [1, 2, 3].map((n) => ({ id: `p${n}`, passage: passage('word '.repeat(400)) }));
    const earlier = [
      { question: 'The newest?', answer: 'Yes. '.repeat(20) },
      { question: 'The oldest?', answer: 'No. '.repeat(400) },
    ];
    const tight = assemblePrompt({ ...input, passages, earlier, budgetTokens: 900 });
    expect(tight.offered.map(({ id }) => id)).to.deep.equal(['p1']);
    expect(texts(tight.messages)).to.include('How much is a day?');
    expect(texts(tight.messages)).to.include('The newest?');
    expect(texts(tight.messages)).not.to.include('The oldest?');
  });

  it('offers only passages that are in it, so that no other can be cited', () => {
    const { offered, messages } = assemblePrompt({ ...input, budgetTokens: 600 });
    expect(texts(messages).filter((text) => /^p\d$/.test(text))).to.deep.equal(offered.map(({ id }) => id));
  });

  it('counts tokens of Cyrillic text on the safe side', () => {
    expect(estimateTokens('Сколько стоит абонемент на день?')).to.be.at.least(8);
    expect(estimateTokens('How much is a day pass?')).to.be.within(5, 10);
  });
});
