import { expect } from 'chai';
import { run } from './campaign.ts';
import { reportLine } from './report.ts';

describe('chaos, with Otvet in one process', () => {
  it('everything always holds', async function () {
    this.timeout(120_000);
    const seed = Number(process.env.OTVET_TEST_SEED ?? Date.now() % 100_000);
    const { signal } = new AbortController();
    const load = { seconds: 6, questionsPerSecond: 20, patienceSeconds: 45, settleSeconds: 0 };
    const report = await run({ form: 'embedded', seed, ...load, signal });
    process.stdout.write(`\n    ${reportLine(report)}\n`);
    expect(report.broken).to.deep.equal([]);
  });
});
