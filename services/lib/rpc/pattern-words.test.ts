import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { wordsFor } from '#lib/rpc/pattern-words.ts';

describe('the words for patterns', () => {
  it('are there for each pattern of the contracts', () => {
    const folder = resolve(import.meta.dirname, '..', '..', '..', 'proto', 'otvet');
    const patterns = globSync('**/*.proto', { cwd: folder }).flatMap((file) =>
      [...readFileSync(resolve(folder, file), 'utf8').matchAll(/\bpattern(?::| =) ("[^"]*")/g)].map(
        (match) => match[1],
      ),
    );
    expect(patterns).to.have.length.greaterThan(20);
    for (const pattern of patterns) expect(wordsFor(JSON.parse(pattern ?? '')), pattern).to.be.a('string');
  });

  it('show the form of names', () => {
    expect(wordsFor('^assistants/[a-z][a-z0-9-]{0,38}/sessions/[A-Za-z0-9._-]{1,160}/turns/[a-z0-9]{1,64}$')).to.equal(
      'must be a name of the form assistants/ASSISTANT/sessions/SESSION/turns/TURN',
    );
    expect(wordsFor('^apiKeys/[a-z0-9]{1,64}$')).to.equal('must be a name of the form apiKeys/API_KEY');
    expect(wordsFor('^(a|b)$')).to.equal(undefined);
  });
});
