import { expect } from 'chai';
import { systemIds } from '#lib/ids.ts';

describe('ids', () => {
  it('sort by the time they were made at', () => {
    const made = [1, 31, 32, 1_000, 1_763_900_000_000, 1_763_900_000_001].map((now) => systemIds.ordered(now));
    expect([...made].sort()).to.deep.equal(made);
    expect(made.every((id) => /^[0-9a-z]{26}$/.test(id))).to.equal(true);
  });

  it('differ at one moment', () => {
    const made = Array.from({ length: 1_000 }, () => systemIds.ordered(7));
    expect(new Set(made).size).to.equal(1_000);
  });
});
