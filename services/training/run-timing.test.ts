import { expect } from 'chai';
import fc from 'fast-check';
import { decideRun, type ImportsUnderWay } from './run-timing.ts';

const calm: ImportsUnderWay = {
  reading: false,
  waitingSince: 1_000,
  lastActivity: 1_000,
  now: 1_000,
  joinLimitMs: 30_000,
  quietMs: 250,
};

describe('when a training run begins', () => {
  it('waits for a short quiet time, then runs', () => {
    expect(decideRun(calm)).to.deep.equal({ decision: 'wait', until: 1_250 });
    expect(decideRun({ ...calm, now: 1_250 })).to.deep.equal({ decision: 'run' });
  });

  it('waits while other imports are read, so that they join', () => {
    expect(decideRun({ ...calm, reading: true, now: 9_000 })).to.deep.equal({ decision: 'wait', until: 31_000 });
  });

  it('does not starve the first import of a stream', () => {
    expect(decideRun({ ...calm, reading: true, lastActivity: 31_000, now: 31_000 })).to.deep.equal({ decision: 'run' });
  });

  it('does nothing where nothing waits', () => {
    expect(decideRun({ ...calm, waitingSince: undefined })).to.deep.equal({ decision: 'nothing' });
  });

  it('always names a moment to come, at which it runs at the latest when nothing more happens', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.nat(50_000), fc.nat(50_000), (reading, lastActivity, after) => {
        const now = 1_000 + after;
        const timing = decideRun({ ...calm, reading, lastActivity, now });
        if (timing.decision !== 'wait') return;
        expect(timing.until).to.be.greaterThan(now);
        expect(decideRun({ ...calm, reading, lastActivity, now: timing.until }).decision).to.equal('run');
      }),
    );
  });
});
