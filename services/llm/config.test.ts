import { expect } from 'chai';
import { ConfigError, readConfig } from '#lib/config/variables.ts';
import { hasEndpoint, llmVariables } from './config.ts';

const read = (env: Record<string, string>) => readConfig(llmVariables, env);

describe('the configuration of llm', () => {
  it('asks an endpoint when there is a key or an address, and none when told so', () => {
    expect(hasEndpoint(read({}))).to.equal(false);
    expect(hasEndpoint(read({ OPENAI_API_KEY: 'sk-1' }))).to.equal(true);
    expect(hasEndpoint(read({ OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }))).to.equal(true);
    expect(hasEndpoint(read({ OPENAI_API_KEY: 'sk-1', OPENAI_MODEL: 'extractive' }))).to.equal(false);
  });

  it('takes a temperature from 0 to 2 and refuses others by name', () => {
    expect(read({ OPENAI_TEMPERATURE: '0.2' }).temperature).to.equal(0.2);
    expect(read({}).temperature).to.equal(undefined);
    for (const bad of ['2.5', '-1', 'warm']) {
      expect(() => read({ OPENAI_TEMPERATURE: bad })).to.throw(
        ConfigError,
        /OPENAI_TEMPERATURE: must be a number, 0 to 2/,
      );
    }
  });

  it('sends no key over plain http to another machine', () => {
    expect(() => read({ OPENAI_BASE_URL: 'http://models.example/v1' })).to.throw(ConfigError, /OPENAI_BASE_URL/);
  });
});
