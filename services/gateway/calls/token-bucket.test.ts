import { expect } from 'chai';
import { TokenBuckets } from './token-bucket.ts';

describe('a token bucket', () => {
  it('gives a burst, then says how long to wait, then goes on', () => {
    const buckets = new TokenBuckets(20);
    const burst = Array.from({ length: 5 }, () => buckets.take('a', 1_000));
    expect(burst).to.deep.equal([0, 0, 0, 0, 0]);
    expect(buckets.take('a', 1_000)).to.equal(3_000);
    expect(buckets.take('a', 3_999)).to.be.greaterThan(0);
    expect(buckets.take('a', 4_000)).to.equal(0);
  });

  it('keeps holders apart', () => {
    const buckets = new TokenBuckets(20);
    for (let i = 0; i < 6; i++) buckets.take('a', 0);
    expect(buckets.take('b', 0)).to.equal(0);
  });

  it('never holds more than its burst, also when the clock goes back', () => {
    const buckets = new TokenBuckets(20);
    buckets.take('a', 10_000_000);
    buckets.take('a', 0);
    const taken = Array.from({ length: 10 }, () => buckets.take('a', 0)).filter((wait) => wait === 0);
    expect(taken).to.have.length(3);
  });

  it('may be without limit', () => {
    const buckets = new TokenBuckets(0);
    expect(Array.from({ length: 1_000 }, () => buckets.take('a', 0)).every((wait) => wait === 0)).to.equal(true);
  });
});
