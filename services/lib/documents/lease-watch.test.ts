import { expect } from 'chai';
import { LeaseWatch } from '#lib/documents/lease-watch.ts';

describe('leases of others', () => {
  let elapsed: number;
  let watch: LeaseWatch;
  beforeEach(() => {
    elapsed = 5;
    watch = new LeaseWatch(100, () => elapsed);
  });

  it('were left when they have not moved for their whole length', () => {
    expect(watch.remaining('s', '1.1')).to.equal(100);
    elapsed += 60;
    expect(watch.remaining('s', '1.1')).to.equal(40);
    elapsed += 40;
    expect(watch.remaining('s', '1.1')).to.equal(0);
  });

  it('are watched anew each time they move, and each by itself', () => {
    watch.remaining('s', '1.1');
    watch.remaining('other', '1.1');
    elapsed += 60;
    expect(watch.remaining('s', '1.2')).to.equal(100);
    expect(watch.remaining('other', '1.1')).to.equal(40);
  });

  it('are watched anew by who could not look for a while', () => {
    watch.remaining('s', '1.1');
    elapsed += 5_000;
    expect(watch.remaining('s', '1.1')).to.equal(100);
  });

  it('are all watched, however many there are', () => {
    const keys = Array.from({ length: 1_500 }, (_, i) => `s${i}`);
    for (const key of keys) watch.remaining(key, '1');
    elapsed += 50;
    for (const key of keys) expect(watch.remaining(key, '1')).to.equal(50);
  });
});
