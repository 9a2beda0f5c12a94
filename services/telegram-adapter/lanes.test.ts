import { expect } from 'chai';
import { Lanes, type Stepped, type Turn } from './lanes.ts';

/** Lanes whose steps note when they start, and end when told to. */
function recorder(limit: number) {
  const started: string[] = [];
  const left: string[] = [];
  const finish = new Map<string, (stepped: Stepped) => void>();
  const lanes = new Lanes({
    limit,
    lookEveryMs: 2,
    step: (lane: string, turn: Turn) => {
      started.push(turn === 'fresh' ? lane : `${lane}?`);
      return new Promise((resolve) => finish.set(lane, resolve));
    },
    leave: async (lane) => void left.push(lane),
  });
  const end = async (lane: string, stepped: Stepped): Promise<void> => {
    finish.get(lane)?.(stepped);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { lanes, started, left, end };
}

describe('lanes', () => {
  it('run one step at a time, different lanes in parallel, until nothing is left', async () => {
    const { lanes, started, left, end } = recorder(10);
    lanes.kick('a', true);
    lanes.kick('a', true);
    lanes.kick('b', true);
    expect(started).to.deep.equal(['a', 'b']);
    await end('a', 'more');
    expect(started).to.deep.equal(['a', 'b', 'a']);
    await end('a', 'done');
    expect(left).to.deep.equal(['a']);
    expect(started).to.have.lengthOf(3);
  });

  it('go on when something came during the last step', async () => {
    const { lanes, started, left, end } = recorder(10);
    lanes.kick('a', true);
    lanes.kick('a', true);
    await end('a', 'done');
    expect(left).to.deep.equal(['a']);
    expect(started).to.deep.equal(['a', 'a']);
  });

  it('keep to the limit, and give every lane its turn', async () => {
    const { lanes, started, end } = recorder(1);
    lanes.kick('a', true);
    lanes.kick('b', true);
    await end('a', 'more');
    await end('b', 'more');
    expect(started).to.deep.equal(['a', 'b', 'a']);
  });

  it('look again where another replica works, if something waits here; without taking the place of others', async () => {
    const { lanes, started, end } = recorder(1);
    lanes.kick('a', true);
    await end('a', 'elsewhere');
    lanes.kick('b', false);
    await end('b', 'elsewhere');
    while (started.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(started).to.deep.equal(['a', 'b?', 'a?']);
    await end('a', 'done');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(started).to.have.lengthOf(3);
  });

  it('give every lane back and start nothing after they are closed', async () => {
    const { lanes, started, left, end } = recorder(10);
    lanes.kick('a', true);
    lanes.close();
    lanes.kick('b', true);
    await end('a', 'more');
    await lanes.quiet();
    expect(started).to.deep.equal(['a']);
    expect(left).to.deep.equal(['a']);
  });
});
