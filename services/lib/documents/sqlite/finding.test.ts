import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import type { FindQuery } from '#lib/documents/port.ts';
import { findStatement } from '#lib/documents/sqlite/finding.ts';
import { bringIntoBeing, tableSchema } from '#lib/documents/sqlite/schema.ts';
import { Table } from '#lib/documents/sqlite/table.ts';

describe('how SQLite finds', () => {
  const spec = {
    name: 'things',
    expiry: 'until',
    indexes: [
      { name: 'room', paths: ['room', 'time', 'rank'] },
      { name: 'name', paths: ['name'], unique: true },
    ],
  };
  const table = new Table(spec);
  const database = new DatabaseSync(':memory:');
  before(() => bringIntoBeing(database, tableSchema(spec)));
  after(() => database.close());

  const plan = (query: Omit<FindQuery, 'limit'>): string => {
    const { sql, parameters } = findStatement(spec, table, { ...query, limit: 10 }, 1);
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
    return steps.map(({ detail }) => detail).join('; ');
  };
  const position = (index: string, order: string, ...values: unknown[]): string =>
    Buffer.from(JSON.stringify([index, order, ...values])).toString('base64url');

  it('looks up in the index and sorts nothing', () => {
    const queries: Omit<FindQuery, 'limit'>[] = [
      { index: 'room' },
      { index: 'room', order: 'descending' },
      { index: 'room', equal: ['r'] },
      { index: 'room', equal: ['r'], range: { gt: 1, lte: 5 } },
      { index: 'room', equal: ['r'], range: { gte: 'a' }, order: 'descending' },
      { index: 'room', equal: ['r', 1], after: position('room', 'ascending', 3, 'k') },
      { index: 'room', equal: ['r'], after: position('room', 'ascending', 1, null, 'k') },
      { index: 'room', after: position('room', 'descending', 'r', 1, 2, 'k'), order: 'descending' },
      { index: 'name', range: { gt: 'a' } },
      { index: 'key', range: { gt: 'a' } },
      { index: 'key', range: { lt: 'a' }, order: 'descending', after: position('key', 'descending', 'k') },
    ];
    for (const query of queries) {
      expect(plan(query), JSON.stringify(query))
        .to.match(/^SEARCH things USING INDEX \S+ \(/)
        .and.not.match(/TEMP B-TREE FOR ORDER/);
    }
  });

  it('begins a page where the page before ended, however wide the range is', () => {
    const insert = database.prepare('INSERT INTO things (key, body) VALUES (?, jsonb(?))');
    database.exec('BEGIN');
    for (let n = 0; n < 2_000; n++) insert.run(`k${n}`, JSON.stringify({ room: 'r', time: n, rank: 0 }));
    database.exec('COMMIT');
    const query = { index: 'room', equal: ['r'], range: { gte: 0, lt: 5_000 }, limit: 10 } as const;
    const order = 'descending';
    for (const [paged, first, last] of [
      [{ ...query, after: position('room', 'ascending', 1_899, 0, 'k1899') }, 1_900, 1_910],
      [{ ...query, order, after: position('room', order, 100, 0, 'k100') }, 99, 89],
    ] as const) {
      const { sql, parameters } = findStatement(spec, table, paged, 1);
      const statement = database.prepare(sql);
      const found = statement
        .all(...parameters)
        .map(({ value }) => (JSON.parse(String(value)) as { time: number }).time);
      expect([found[0], found.at(-1)]).to.deep.equal([first, last]);
      // Each step of the machine is an instruction; those for the rows of a page are few hundred.
      const { stat } = statement as unknown as { stat(counter: string): number };
      expect(stat.call(statement, 'vmStep')).to.be.lessThan(3_000);
    }
    database.exec('DELETE FROM things');
  });

  it('looks up what is untold and what has expired by index too', () => {
    const explained = (sql: string, parameters: readonly (string | number | bigint)[]): string =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...parameters)
        .map(({ detail }) => detail)
        .join('; ');
    const untold = table.untold(10);
    expect(explained(untold.sql, untold.parameters)).to.include('USING INDEX things_untold').and.not.include('TEMP');
    for (const { sql, parameters } of table.purge(1, 10)) {
      expect(explained(sql, parameters)).to.include('USING INDEX things_expiring');
    }
  });

  it('prepares no statement anew for other values', () => {
    const statements = [1, 2, 3].map((n) => [
      table.get(`k${n}`, n),
      table.insert(`k${n}`, JSON.stringify({ key: `k${n}`, n }), [], n),
      table.update(
        `k${n}`,
        { n: { gte: n }, s: { ne: `s${n}` } },
        { inc: { n }, push: { q: { value: n, last: n } } },
        [],
        n,
      ),
      ...table.delete(`k${n}`, { n: { eq: n } }, [], n),
      findStatement(spec, table, { index: 'room', equal: [`r${n}`], range: { gt: n }, limit: n }, n),
      ...table.purge(n, n),
    ]);
    const prepared = new Map(statements.flat().map(({ sql }) => [sql, database.prepare(sql)]));
    expect(prepared.size).to.equal(statements[0]?.length);
    for (const { sql, parameters } of statements.flat()) prepared.get(sql)?.all(...parameters);
    for (const [sql, statement] of prepared) {
      const { stat } = statement as unknown as { stat(counter: string): number };
      expect(stat.call(statement, 'reprepare'), sql).to.equal(0);
    }
  });
});
