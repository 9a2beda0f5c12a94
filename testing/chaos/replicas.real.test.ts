import { expect } from 'chai';
import { startOrSkip } from '../servers/suite.ts';
import { run } from './campaign.ts';
import { reportLine } from './report.ts';

describe('chaos, with two replicas of each service on real servers', () => {
  it('everything always holds', async function () {
    this.timeout(240_000);
    const seed = Number(process.env.OTVET_TEST_SEED ?? Date.now() % 100_000);
    const { signal } = new AbortController();
    const load = { seconds: 8, questionsPerSecond: 12, patienceSeconds: 90, settleSeconds: 0 };
    const report = await startOrSkip(this, () => run({ form: 'replicas', seed, ...load, signal }));
    process.stdout.write(`\n    ${reportLine(report)}\n`);
    expect(report.broken).to.deep.equal([]);
  });
});
