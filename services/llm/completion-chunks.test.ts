import { expect } from 'chai';
import { FinishReason } from '#gen/otvet/llm/v1/generation_pb.ts';
import { CompletionReader } from './completion-chunks.ts';
import { ModelFailure } from './failures.ts';

const delta = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });
const finish = (reason: string): string => JSON.stringify({ choices: [{ delta: {}, finish_reason: reason }] });
const usage = JSON.stringify({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } });

function failureOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ModelFailure) return error.failure.kind;
    throw error;
  }
  return 'none';
}

describe('completion chunks', () => {
  it('that arrive together are one delta, then the end with its usage', () => {
    const reader = new CompletionReader();
    expect(reader.read([delta('Да'), delta(', конечно'), finish('stop'), usage, '[DONE]'])).to.deep.equal([
      { kind: 'delta', text: 'Да, конечно' },
    ]);
    expect(reader.end()).to.deep.equal({
      kind: 'finished',
      reason: FinishReason.STOP,
      usage: { promptTokens: 12, completionTokens: 3 },
    });
  });

  it('tell why the model stopped, in the words of any endpoint', () => {
    const reasons: [string, number][] = [
      ['length', FinishReason.LENGTH],
      ['content_filter', FinishReason.CONTENT_FILTER],
      ['stop', FinishReason.STOP],
      ['eos', FinishReason.STOP],
    ];
    for (const [word, expected] of reasons) {
      const reader = new CompletionReader();
      reader.read([finish(word)]);
      expect(reader.end()).to.include({ reason: expected, usage: undefined });
    }
  });

  it('without a reason to stop are a cut stream', () => {
    const reader = new CompletionReader();
    reader.read([delta('half'), '[DONE]']);
    expect(failureOf(() => reader.end())).to.equal('stream_cut');
  });

  it('that are no JSON, or an error, fail: as cut in mid-answer, as unavailable before', () => {
    for (const bad of [
      '{"choices":[{"del',
      '"text"',
      JSON.stringify({ error: { message: 'boom' } }),
      finish('error'),
    ]) {
      expect(
        failureOf(() => new CompletionReader().read([bad])),
        bad,
      ).to.equal('unavailable');
      const begun = new CompletionReader();
      begun.read([delta('so')]);
      expect(
        failureOf(() => begun.read([bad])),
        bad,
      ).to.equal('stream_cut');
    }
  });

  it('of reasoning say that the model is alive', () => {
    const thought = JSON.stringify({ choices: [{ delta: { reasoning_content: 'hm' } }] });
    expect(new CompletionReader().read([thought])).to.deep.equal([{ kind: 'thinking' }]);
  });

  it('may be one whole message where an endpoint does not stream', () => {
    const reader = new CompletionReader();
    const whole = {
      choices: [{ message: { content: 'all' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1 },
    };
    expect(reader.read([JSON.stringify(whole)])).to.deep.equal([{ kind: 'delta', text: 'all' }]);
    expect(reader.end()).to.include({ reason: FinishReason.STOP });
  });

  it('survive shapes that nobody promised', () => {
    const reader = new CompletionReader();
    const odd = [
      '{}',
      '{"choices":null}',
      '{"choices":[]}',
      '{"choices":[{}]}',
      '{"choices":[{"delta":null}]}',
      '{"usage":null}',
    ];
    expect(reader.read(odd)).to.deep.equal([]);
    expect(failureOf(() => reader.end())).to.equal('stream_cut');
  });
});
