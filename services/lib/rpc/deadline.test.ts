import { expect } from 'chai';
import { deadlineFor } from '#lib/rpc/deadline.ts';

describe('a deadline', () => {
  it('is the own time-out where nobody waits', () => {
    expect(deadlineFor(1_000, 500, undefined)).to.equal(1_500);
  });

  it('lies before that of the call being served, hop by hop', () => {
    const first = deadlineFor(1_000, 10_000, 5_000);
    const second = deadlineFor(1_100, 10_000, first);
    expect(first).to.be.lessThan(5_000);
    expect(second).to.be.lessThan(first);
  });

  it('is its own where that is shorter', () => {
    expect(deadlineFor(1_000, 500, 5_000)).to.equal(1_500);
  });
});
