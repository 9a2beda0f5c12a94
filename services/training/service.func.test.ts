import { expect } from 'chai';
import { Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { startHarness } from './training.harness.ts';

describe('training, taught by files', () => {
  it('answers from a CSV after its import', async () => {
    await using training = await startHarness();
    await training.createAssistant();
    const done = await training.import(
      'faq.csv',
      'question,answer\nHow do I block my card?,Call us.\nragged\nWhere is my PIN?,In the app.\n',
    );
    expect(done).to.include({
      state: Import_State.RELEASED,
      rowCount: 3,
      acceptedCount: 2,
      rejectedCount: 1,
      progressPercent: 100,
    });
    const release = await training.activeRelease();
    expect(release.header).to.include({
      assistant: 'assistants/bank',
      persona: 'Be brief.',
      exampleCount: 2,
      passageCount: 0,
    });
    const [hit] = release.search('block my card', { kind: 'example', limit: 1 });
    expect(hit?.passage).to.include({
      question: 'How do I block my card?',
      text: 'Call us.',
      locator: 'row 1',
      title: 'faq.csv',
    });
  });
});
