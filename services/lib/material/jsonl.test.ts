import { expect } from 'chai';
import { readJsonl } from './jsonl.ts';

const read = (text: string) => [...readJsonl(text, '', () => 'xx')].map(({ item }) => item);

describe('reading JSON Lines', () => {
  it('reads questions and answers by the names that owners use', () => {
    const [plain, russian, prompt] = read(
      '{"question":"A?","answer":"1","locale":"en","tags":["x"]}\n{"вопрос":"Б?","ответ":"2"}\n{"prompt":"C?","completion":"3"}\n',
    );
    expect(plain).to.deep.equal({ kind: 'example', row: 1, question: 'A?', answer: '1', locale: 'en', tags: ['x'] });
    expect(russian).to.include({ question: 'Б?', answer: '2', locale: 'xx' });
    expect(prompt).to.include({ question: 'C?', answer: '3' });
  });

  it('reads the first question of a dialogue and its answer', () => {
    const dialogue = {
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: [{ type: 'text', text: 'A?' }] },
        { role: 'assistant', content: '1' },
        { role: 'user', content: 'And then?' },
        { role: 'assistant', content: '2' },
      ],
    };
    expect(read(JSON.stringify(dialogue))[0]).to.include({ question: 'A?', answer: '1' });
  });

  it('rejects a bad line by its number and keeps the others', () => {
    const items = read(
      '{"question":"A?","answer":"1"}\n\nnot json\n[1]\n{"question":"B?"}\n{"question":1,"answer":"2"}\n{"messages":[]}\n',
    );
    expect(items.map(({ kind }) => kind)).to.deep.equal(['example', ...Array(5).fill('rejected')]);
    expect(items[1]).to.deep.equal({ kind: 'rejected', row: 3, reason: 'the line is not JSON' });
    expect(items[2]).to.include({ row: 4, reason: 'the line is not a JSON object' });
    expect(items[3]).to.include({ row: 5, reason: 'the object has no question and answer' });
  });
});
