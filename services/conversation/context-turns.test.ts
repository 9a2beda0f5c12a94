import { expect } from 'chai';
import { ContextTurns } from './context-turns.ts';
import type { SessionRecord } from './sessions.ts';
import type { TurnRecord } from './turns.ts';

const session = (epoch: number, contextSince = 0): SessionRecord =>
  ({ key: 'a/s', turnCount: epoch, contextSince, lease: { owner: 'me', epoch, until: 1 } }) as unknown as SessionRecord;

const turn = (key: string, outcome = 'answered'): TurnRecord =>
  ({ key, question: `${key}?`, conclusion: { answer: `${key}!`, outcome } }) as unknown as TurnRecord;

describe('the turns before a turn', () => {
  let stored: TurnRecord[];
  let reads: number;
  let context: ContextTurns;
  beforeEach(() => {
    stored = [];
    reads = 0;
    context = new ContextTurns({
      recent: async () => {
        reads++;
        return stored;
      },
    });
  });

  const questionsBefore = async (at: SessionRecord): Promise<string[]> =>
    (await context.before(turn('new'), at)).map(({ question }) => question);

  it('are kept from one turn to the next', async () => {
    await questionsBefore(session(1));
    context.finished(turn('1'), session(1));
    expect(await questionsBefore(session(2))).to.deep.equal(['1?']);
    context.finished(turn('2', 'refused'), session(2));
    expect(await questionsBefore(session(3))).to.deep.equal(['1?']);
    expect(reads).to.equal(0);
  });

  it('are read again when another process had the lease in between', async () => {
    await questionsBefore(session(1));
    context.finished(turn('1'), session(1));
    stored = [turn('2'), turn('1')];
    expect(await questionsBefore(session(3))).to.deep.equal(['2?', '1?']);
  });

  it('are read again when the turn that read them got no final record here', async () => {
    await questionsBefore(session(1));
    stored = [turn('1')];
    expect(await questionsBefore(session(2))).to.deep.equal(['1?']);
    expect(reads).to.equal(1);
  });

  it('are none of those that a new conversation left behind', async () => {
    await questionsBefore(session(1));
    context.finished(turn('1'), session(1));
    expect(await questionsBefore(session(2, 99))).to.deep.equal([]);
  });
});
