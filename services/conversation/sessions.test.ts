import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { Sessions, sessionCollection } from './sessions.ts';

const SESSION = 'velik/key-a.s';

describe('the order of a session', () => {
  let folder: TemporaryFolder;
  let store: DocumentStore;
  let elapsed: number;

  beforeEach(async () => {
    elapsed = 0;
    folder = await temporaryFolder();
    store = await openSqliteStore({
      file: folder.file('s.sqlite'),
      clock: systemClock,
      log: { warn: () => undefined },
    });
  });

  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const replica = (owner: string) =>
    new Sessions({ sessions: store.collection(sessionCollection), owner, queueLimit: 5, elapsed: () => elapsed });
  const ask = (sessions: Sessions, turn: string) =>
    sessions.ticket({
      session: SESSION,
      assistant: 'velik',
      realm: 'key-a',
      ticket: { turn, position: 0 },
      now: 1,
      stored: Promise.resolve(true),
    });
  const claimed = async (sessions: Sessions) => {
    const claiming = await sessions.claim(SESSION, 1);
    return claiming.type === 'claimed' ? claiming.claim.turn : claiming.type;
  };

  it('what began and lost its process comes before what had lost its place', async () => {
    const [one, other] = [replica('one'), replica('other')];
    expect((await ask(one, 'begun')).type).to.equal('claimed');
    await other.requeue(SESSION, { turn: 'orphan', position: 0 }, 1);
    const looks: string[] = [];
    for (; elapsed <= other.leaseMs; elapsed += other.leaseMs / 3) looks.push(await claimed(other));
    expect(looks).to.deep.equal(['held', 'held', 'held', 'begun']);
  });
});
