import { expect } from 'chai';
import fc from 'fast-check';
import { datasetIdOf } from './dataset-ids.ts';

describe('the dataset of a file that names none', () => {
  it('is called after the file', () => {
    expect(datasetIdOf('docs/FAQ 2026.csv')).to.equal('faq-2026');
    expect(datasetIdOf('opening-times.en.md')).to.equal('opening-times.en');
  });

  it('is another one for files whose names ids cannot hold', () => {
    expect(datasetIdOf('вопросы.csv')).to.not.equal(datasetIdOf('ответы.csv'));
  });

  it('always has an id that the contract allows', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 }), (file) => {
        expect(datasetIdOf(file)).to.match(/^[a-z0-9][a-z0-9._-]{0,62}$/);
      }),
    );
  });
});
