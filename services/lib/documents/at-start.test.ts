import { expect } from 'chai';
import { atStart } from './at-start.ts';
import { StoreUnavailable } from './port.ts';

describe('a step of a start that needs the store', () => {
  const failing = (error: Error) => {
    const tries = { count: 0 };
    const step = async () => {
      if (++tries.count === 1) throw error;
      return tries.count;
    };
    return { tries, step };
  };
  const reasons: unknown[] = [];
  const log = { warn: (fields: unknown) => reasons.push(fields) };

  it('waits for a database that went away, and says so', async () => {
    const { step } = failing(new StoreUnavailable('away'));
    expect(await atStart({ exclusive: false }, log, step)).to.equal(2);
    expect(reasons).to.deep.equal([{ reason: 'away', retryMs: 250 }]);
  });

  it('rejects with what no waiting mends', async () => {
    const told = (exclusive: boolean, error: Error) =>
      atStart({ exclusive }, log, failing(error).step).catch(({ message }: Error) => message);
    expect(await told(true, new StoreUnavailable('the disk is full'))).to.equal('the disk is full');
    expect(await told(false, new Error('a fault'))).to.equal('a fault');
  });
});
