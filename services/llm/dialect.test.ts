import { expect } from 'chai';
import { firstDialect, without } from './dialect.ts';

describe('the dialect of an endpoint', () => {
  it('drops what the endpoint refuses, once', () => {
    const dialect = firstDialect(false);
    expect(without(dialect, 'temperature')).to.deep.equal({ ...dialect, temperature: false });
    expect(without({ ...dialect, temperature: false }, 'temperature')).to.equal(undefined);
    expect(without(dialect, 'stream_options.include_usage')).to.include({ usage: false });
    expect(without(dialect, 'reasoning_effort')).to.include({ reasoningEffort: false });
  });

  it('tries the other name of the token limit, then none', () => {
    const newer = without(firstDialect(false), 'max_tokens');
    expect(newer).to.include({ limit: 'max_completion_tokens' });
    expect(newer && without(newer, 'max_completion_tokens')).to.include({ limit: 'none' });
    expect(without(firstDialect(true), 'max_tokens')).to.equal(undefined);
  });

  it('has no answer to a refusal of the prompt itself', () => {
    expect(without(firstDialect(true), 'messages')).to.equal(undefined);
    expect(without(firstDialect(true), undefined)).to.equal(undefined);
  });
});
