import { expect } from 'chai';
import { visitNearStems } from './spelling.ts';

function isNear(stem: string, other: string): boolean {
  let found = false;
  visitNearStems(stem, (near) => {
    found ||= near === other;
  });
  return found;
}

describe('a misspelt word', () => {
  it('is one slip away from the right one', () => {
    for (const slip of ['delvery', 'delivvery', 'dleivery', 'delibery']) {
      expect(isNear(slip, 'delivery'), slip).to.equal(true);
    }
    expect(isNear('доствк', 'доставк')).to.equal(true);
  });

  it('is not another word: short, with another first letter, or two slips away', () => {
    expect(isNear('card', 'cart')).to.equal(false);
    expect(isNear('light', 'fight')).to.equal(false);
    expect(isNear('поезд', 'поездк')).to.equal(false);
    expect(isNear('delvry', 'delivery')).to.equal(false);
  });
});
