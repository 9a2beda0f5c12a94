import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { Positions } from '#lib/events/positions.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { type TurnRecord, Turns, turnCollection, withoutAnswer } from './turns.ts';

const TURN: TurnRecord = {
  key: 'velik/key-a.s/1',
  session: 'velik/key-a.s',
  requestId: 'r',
  bodyHash: 'h',
  question: 'When?',
  subject: 'a',
  position: 0,
  acceptedAt: 1,
  openSince: 1,
  state: 'accepted',
  epoch: 0,
  attempt: 0,
};

describe('the writes that move a turn', () => {
  let folder: TemporaryFolder;
  let store: DocumentStore;
  let turns: Turns;

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openSqliteStore({
      file: folder.file('s.sqlite'),
      clock: systemClock,
      log: { warn: () => undefined },
    });
    const positions = new Positions('test');
    turns = new Turns({ turns: store.collection(turnCollection), positions, onTold: () => undefined });
    await turns.accept(TURN);
  });

  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const begin = async (epoch: number) => (await turns.begin(TURN.key, epoch, false))?.attempt;
  const finish = async (epoch: number) => (await turns.finish(TURN.key, epoch, withoutAnswer('stopped'), 2))?.epoch;

  it('an attempt whose beginning was written and not heard of is begun again as the same one', async () => {
    expect([await begin(1), await begin(1)]).to.deep.equal([1, 1]);
    expect([await begin(2), await begin(2)]).to.deep.equal([2, 2]);
  });

  it('an earlier lease begins and ends nothing', async () => {
    await begin(2);
    expect([await begin(1), await finish(1)]).to.deep.equal([undefined, undefined]);
  });

  it('an end that was written and not heard of is the same end, and nothing begins after it', async () => {
    await begin(1);
    expect([await finish(1), await finish(1), await finish(2)]).to.deep.equal([1, 1, undefined]);
    expect([await begin(1), await begin(2)]).to.deep.equal([undefined, undefined]);
  });
});
