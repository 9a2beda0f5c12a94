import { expect } from 'chai';
import { nextFrameAt, PRIVATE_CHAT } from './pace.ts';

describe('the pace of a growing answer', () => {
  it('holds the first text for a moment', () => {
    expect(nextFrameAt({ firstTextAt: 1000, lastFrameAt: undefined, blockedUntil: 0 }, PRIVATE_CHAT)).to.equal(1010);
  });

  it('keeps edits apart', () => {
    expect(nextFrameAt({ firstTextAt: 1000, lastFrameAt: 2000, blockedUntil: 0 }, PRIVATE_CHAT)).to.equal(3100);
  });

  it('is silent for as long as Telegram wants', () => {
    expect(nextFrameAt({ firstTextAt: 1000, lastFrameAt: 2000, blockedUntil: 9000 }, PRIVATE_CHAT)).to.equal(9000);
  });
});
