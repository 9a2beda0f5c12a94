import { expect } from 'chai';
import { Lanes } from './lanes.ts';

/** Jobs that note when they start and end when told to. */
function recorder(lanes: Lanes) {
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  const add = (lane: string, position: number): void =>
    lanes.add(lane, position, () => {
      started.push(`${lane}${position}`);
      return new Promise((resolve) => finish.set(`${lane}${position}`, resolve));
    });
  const end = async (job: string): Promise<void> => {
    finish.get(job)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { started, add, end };
}

describe('lanes', () => {
  it('run one job at a time, different lanes in parallel', async () => {
    const { started, add, end } = recorder(new Lanes(10));
    add('a', 1);
    add('a', 2);
    add('b', 1);
    expect(started).to.deep.equal(['a1', 'b1']);
    await end('a1');
    expect(started).to.deep.equal(['a1', 'b1', 'a2']);
  });

  it('order what waits by position', async () => {
    const { started, add, end } = recorder(new Lanes(10));
    add('a', 1);
    add('a', 5);
    add('a', 3);
    await end('a1');
    await end('a3');
    expect(started).to.deep.equal(['a1', 'a3', 'a5']);
  });

  it('keep to the limit, and give every lane its turn', async () => {
    const { started, add, end } = recorder(new Lanes(1));
    add('a', 1);
    add('a', 2);
    add('b', 1);
    await end('a1');
    await end('b1');
    expect(started).to.deep.equal(['a1', 'b1', 'a2']);
  });

  it('tell how much there is', async () => {
    const lanes = new Lanes(10);
    const { add, end } = recorder(lanes);
    add('a', 1);
    add('a', 2);
    expect([lanes.size, lanes.sizeOf('a'), lanes.sizeOf('b')]).to.deep.equal([2, 2, 0]);
    await end('a1');
    await end('a2');
    expect(lanes.size).to.equal(0);
    await lanes.quiet();
  });

  it('start nothing after they are closed', async () => {
    const lanes = new Lanes(10);
    const { started, add, end } = recorder(lanes);
    add('a', 1);
    add('a', 2);
    lanes.close();
    await end('a1');
    await lanes.quiet();
    expect(started).to.deep.equal(['a1']);
  });
});
