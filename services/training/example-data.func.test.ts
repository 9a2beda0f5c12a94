import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { detectLanguage } from '#lib/retrieval/language.ts';
import { startHarness } from './training.harness.ts';

const examplesDir = resolve(import.meta.dirname, '../../examples');

describe('the example data', () => {
  it('fill an empty store once, also when the first start was interrupted', async () => {
    const first = await startHarness({ examplesDir });
    const listed = await first.assistants.listAssistants({}, first.owner);
    expect(listed.assistants.map(({ name }) => name)).to.deep.equal(['assistants/lastochka']);
    expect(listed.assistants[0]?.sampleQuestions).to.have.length(6);
    await first.stop(0);
    const second = await startHarness({ examplesDir, dataDir: first.dataDir });
    try {
      const { imports } = await second.imports.listImports({ parent: 'assistants/lastochka' }, second.owner);
      expect(imports).to.have.length(13);
      for (const each of imports)
        expect(await second.settled(each)).to.include({ failureReason: '', rejectedCount: 0 });
      const { header, search } = await second.activeRelease('lastochka');
      expect(header.exampleCount).to.be.at.least(120);
      expect(header.passageCount).to.be.at.least(60);
      expect(search).to.be.a('function');
    } finally {
      await second.stop();
      await rm(first.dataDir, { recursive: true });
    }
  });

  it('stay out of a store that holds something', async () => {
    const first = await startHarness();
    await first.createAssistant();
    await first.stop();
    const second = await startHarness({ examplesDir, dataDir: first.dataDir });
    try {
      const { assistants } = await second.assistants.listAssistants({}, second.owner);
      expect(assistants.map(({ name }) => name)).to.deep.equal(['assistants/bank']);
    } finally {
      await second.stop();
      await rm(first.dataDir, { recursive: true });
    }
  });

  it('answer questions of both languages from the right place', async () => {
    await using training = await startHarness({ examplesDir });
    const { imports } = await training.imports.listImports({ parent: 'assistants/lastochka' }, training.owner);
    for (const each of imports) await training.settled(each);
    const release = await training.activeRelease('lastochka');
    const best = (question: string, kind: 'example' | 'passage') => {
      const locale = detectLanguage(question);
      return release.search(question, { kind, limit: 10 }).find(({ passage }) => passage.locale === locale)?.passage;
    };
    expect(best('сколько стоит месячный абонемент', 'example')?.text).to.contain('690');
    expect(best('How much is the day pass?', 'example')?.text).to.contain('250');
    expect(best('насколько хватает заряда электровелосипеда', 'passage')?.text).to.contain('40 километров');
    expect(best('how long do you keep recordings of calls', 'passage')?.text).to.contain('90 days');
    expect(best('какие размеры шлемов', 'passage')?.title).to.equal('Безопасность');
    expect(best('who teaches how to mend bicycles', 'passage')?.text).to.contain('Tamara');
  });
});
