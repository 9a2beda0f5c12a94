import { expect } from 'chai';
import { LiveTurn } from './live-turn.ts';
import type { TurnRecord } from './turns.ts';

const finished = { key: 'a/s/t' } as TurnRecord;
const never = new AbortController().signal;

async function read(live: LiveTurn, after?: { attempt: number; sequence: number }): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of live.follow(after, never)) {
    seen.push(
      event.type === 'delta'
        ? `${event.sequence}:${event.text}`
        : event.type === 'started'
          ? `started ${event.attempt}`
          : event.type,
    );
  }
  return seen;
}

describe('a live turn', () => {
  it('gives every follower the whole answer, early or late', async () => {
    const live = new LiveTurn();
    const early = read(live);
    live.begin(1);
    live.delta('One ');
    await Promise.resolve();
    live.delta('two');
    live.finish(finished);
    const text = (events: string[]) =>
      events
        .filter((event) => event.includes(':'))
        .map((event) => event.slice(2))
        .join('');
    expect(text(await early)).to.equal('One two');
    expect(await read(live)).to.deep.equal(['started 1', '2:One two', 'finished']);
  });

  it('tells an answer that is there at once in one go', async () => {
    const live = new LiveTurn();
    const reading = read(live);
    live.begin(1);
    await new Promise(setImmediate);
    live.delta('One ');
    await new Promise(setImmediate);
    live.delta('two');
    live.finish(finished);
    expect(await reading).to.deep.equal(['started 1', '2:One two', 'finished']);
  });

  it('does not keep what is said for an end that does not come', async () => {
    const live = new LiveTurn();
    const events = live.follow(undefined, never);
    live.begin(1);
    expect((await events.next()).value).to.include({ type: 'started' });
    live.delta('One');
    expect((await events.next()).value).to.include({ type: 'delta', text: 'One' });
  });

  it('gives who resumes only what came after', async () => {
    const live = new LiveTurn();
    live.begin(1);
    live.delta('One ');
    live.delta('two ');
    live.delta('three');
    live.finish(finished);
    expect(await read(live, { attempt: 1, sequence: 2 })).to.deep.equal(['3:three', 'finished']);
  });

  it('gives who resumes an attempt that was replaced the new one from its start', async () => {
    const live = new LiveTurn();
    live.begin(2);
    live.delta('Anew');
    live.finish(finished);
    expect(await read(live, { attempt: 1, sequence: 9 })).to.deep.equal(['started 2', '1:Anew', 'finished']);
  });

  it('lets a follower go when it leaves', async () => {
    const live = new LiveTurn();
    const leave = new AbortController();
    const reading = (async () => {
      const types: string[] = [];
      for await (const event of live.follow(undefined, leave.signal)) types.push(event.type);
      return types;
    })();
    live.begin(1);
    await new Promise(setImmediate);
    leave.abort();
    expect(await reading).to.deep.equal(['started']);
  });
});
