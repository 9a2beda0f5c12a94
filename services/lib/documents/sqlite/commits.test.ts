import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { GroupCommit } from '#lib/documents/sqlite/commits.ts';
import type { Reply, WriteRequest } from '#lib/documents/sqlite/messages.ts';
import { tableSchema } from '#lib/documents/sqlite/schema.ts';
import { Table } from '#lib/documents/sqlite/table.ts';

describe('group commit', () => {
  const spec = { name: 'things', indexes: [], expiry: 'until' };
  const table = new Table(spec);
  let database: DatabaseSync;
  let commits: GroupCommit;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    commits = new GroupCommit(database);
    commits.commit([{ kind: 'declare', table: tableSchema(spec) }]);
  });
  afterEach(() => database.close());

  const insert = (key: string, fields: object = {}): WriteRequest => ({
    kind: 'write',
    attempts: [table.insert(key, JSON.stringify({ key, ...fields }), [], 1_000)],
    grows: false,
    purge: [],
  });
  const kinds = (replies: readonly Reply[]): string[] => replies.map(({ kind }) => kind);
  const count = (): unknown => database.prepare('SELECT count(*) AS n FROM things').get()?.n;

  it('replies in order, and lets fail alone what fails', () => {
    const broken: WriteRequest = { ...insert('c'), attempts: [{ sql: 'SELECT no such thing', parameters: [] }] };
    const replies = commits.commit([insert('a'), insert('a'), broken, insert('b')]);
    expect(kinds(replies)).to.deep.equal(['done', 'unmatched', 'unavailable', 'done']);
    expect(count()).to.equal(2);
  });

  it('says of no write that it was done when the disk is full, and goes on when there is room again', () => {
    commits.commit([insert('a')]);
    const pages = database.prepare('PRAGMA page_count').get()?.page_count;
    database.exec(`PRAGMA max_page_count = ${pages}`);
    const replies = commits.commit([insert('b', { text: 'x'.repeat(50_000) }), insert('c')]);
    expect(replies[0]).to.deep.include({ kind: 'unavailable' });
    for (const [i, key] of ['b', 'c'].entries()) {
      const there = database.prepare('SELECT 1 FROM things WHERE key = ?').get(key) !== undefined;
      expect(there).to.equal(replies[i]?.kind === 'done');
    }
    database.exec('PRAGMA max_page_count = 100000');
    expect(kinds(commits.commit([insert('d')]))).to.deep.equal(['done']);
  });

  it('purges so many of what has expired, and keeps what is untold', () => {
    commits.commit([...'abcde'].map((key) => insert(key, { until: 10 })));
    commits.commit([insert('f', { until: 2_000 })]);
    database.exec(`UPDATE things SET outbox = '[{"id":"1"}]' WHERE key = 'e'`);
    const [first] = commits.commit([{ kind: 'run', statements: table.purge(1_000, 3) }]);
    expect(first).to.deep.equal({ kind: 'done', value: 4 });
    commits.commit([{ kind: 'run', statements: table.purge(1_000, 3) }]);
    const left = database.prepare('SELECT key, deleted FROM things ORDER BY key').all();
    expect(left.map(({ key, deleted }) => [key, deleted])).to.deep.equal([
      ['e', 1],
      ['f', 0],
    ]);
  });
});
