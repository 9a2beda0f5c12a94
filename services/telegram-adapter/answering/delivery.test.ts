import { expect } from 'chai';
import { nextStep, reactionTo } from './delivery.ts';

describe('the next step of a delivery', () => {
  it('sends part after part', () => {
    expect(nextStep([], 2, 0)).to.deep.equal({ do: 'send', part: 0 });
    expect(nextStep([11], 2, 1)).to.deep.equal({ do: 'send', part: 1 });
    expect(nextStep([11, 12], 2, 2)).to.deep.equal({ do: 'finish' });
  });

  it('edits what is shown before it sends more', () => {
    expect(nextStep([11], 2, 0)).to.deep.equal({ do: 'edit', part: 0, message: 11 });
  });

  it('sends no part twice after a restart', () => {
    expect(nextStep([11, 12], 3, 1)).to.deep.equal({ do: 'send', part: 2 });
  });

  it('has nothing to do for nothing', () => {
    expect(nextStep([], 0, 0)).to.deep.equal({ do: 'finish' });
  });
});

describe('what follows from trouble with a final text', () => {
  it('an unchanged message is success', () => {
    expect(reactionTo({ kind: 'unchanged' }, 0, false)).to.deep.equal({ do: 'accept' });
  });

  it('is repeated until it lands, ever more slowly, up to half a minute', () => {
    const waits = [0, 1, 2, 20].map((tries) => reactionTo({ kind: 'lost', problem: '' }, tries, false));
    expect(waits.map((wait) => wait.do === 'retry' && wait.afterMs)).to.deep.equal([250, 500, 1000, 30_000]);
    expect(reactionTo({ kind: 'flood', retryAfterMs: 9000 }, 5, false)).to.deep.include({
      afterMs: 9000,
      certain: true,
    });
  });

  it('markup is given up before the text is', () => {
    expect(reactionTo({ kind: 'unparsable' }, 0, false)).to.deep.equal({ do: 'plain' });
    expect(reactionTo({ kind: 'refused', problem: 'x' }, 0, false)).to.deep.equal({ do: 'plain' });
    expect(reactionTo({ kind: 'refused', problem: 'x' }, 1, true)).to.deep.equal({ do: 'giveUp', problem: 'x' });
  });

  it('nothing is forced on who blocked the bot', () => {
    expect(reactionTo({ kind: 'forbidden' }, 0, false)).to.deep.equal({ do: 'abandon' });
  });
});
