import { expect } from 'chai';
import fc from 'fast-check';
import { ReleaseBuilder } from './build.ts';
import { openRelease, type ReleaseIndex } from './search.ts';

/** Passages whose words follow Zipf's law, so that some are in nearly all of them: what pruning is for. */
function zipfIndex(passages: number): ReleaseIndex {
  const builder = new ReleaseBuilder({
    assistant: 'assistants/a',
    snapshotSha256: '',
    persona: '',
    displayName: '',
    description: '',
    languages: [],
  });
  let state = 1;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let i = 0; i < passages; i++) {
    const text = Array.from({ length: 5 + Math.floor(random() * 30) }, () => `k${Math.floor(400 ** random())}`).join(
      ' ',
    );
    builder.add({
      source: `s${i}`,
      kind: 'passage',
      title: '',
      text,
      question: '',
      locale: '',
      locator: '',
      version: '',
    });
  }
  return openRelease(builder.finish());
}

describe('the best passages', () => {
  const small = zipfIndex(3000);
  const question = fc
    .array(fc.nat(420), { minLength: 1, maxLength: 12 })
    .map((words) => words.map((n) => `k${n}`).join(' '));

  it('are the same few, in the same order, as when all are ranked', () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const found = small
          .search(text, { kind: 'passage', limit })
          .map(({ passage, score }) => [passage.source, score]);
        const all = small
          .search(text, { kind: 'passage', limit: 3000 })
          .map(({ passage, score }) => [passage.source, score]);
        expect(found).to.deep.equal(all.slice(0, limit));
      }),
      { numRuns: 200 },
    );
  });

  it('are found beyond the first 65,536 too', () => {
    const builder = new ReleaseBuilder({
      assistant: '',
      snapshotSha256: '',
      persona: '',
      displayName: '',
      description: '',
      languages: [],
    });
    for (let i = 0; i < 66_000; i++) {
      const text = i === 65_999 ? 'needle hay' : i % 7 === 0 ? 'hay' : 'straw';
      builder.add({
        source: `s${i}`,
        kind: 'passage',
        title: '',
        text,
        question: '',
        locale: '',
        locator: '',
        version: '',
      });
    }
    const hits = openRelease(builder.finish()).search('needle in the hay', { kind: 'passage', limit: 2 });
    expect(hits.map(({ passage }) => passage.source)).to.deep.equal(['s65999', 's0']);
  });
});
