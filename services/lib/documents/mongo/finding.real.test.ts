import { expect } from 'chai';
import { type Db, MongoClient } from 'mongodb';
import { systemClock } from '#lib/clock.ts';
import { planFind } from '#lib/documents/mongo/finding.ts';
import { openMongoStore } from '#lib/documents/mongo/store.ts';
import type { FindQuery } from '#lib/documents/port.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

/** A stage of a plan, with those it gets its documents from. */
interface Stage {
  readonly stage: string;
  readonly indexName?: string;
  readonly inputStage?: Stage;
}

describe('how MongoDB finds', function () {
  this.timeout(60_000);
  const spec = {
    name: 'things',
    expiry: 'until',
    indexes: [
      { name: 'room', paths: ['room', 'time', 'rank'] },
      { name: 'name', paths: ['name'], unique: true },
    ],
  };
  let server: RealServer;
  let client: MongoClient;
  let database: Db;
  before(async function () {
    server = await startOrSkip(this, startMongo);
    client = new MongoClient(server.url);
    database = client.db('otvet_finding');
    const log = { info: () => undefined, warn: () => undefined };
    await using store = await openMongoStore({ url: server.url, service: 'finding', clock: systemClock, log });
    const things = store.collection<{ key: string; room: string; time: number }>(spec);
    await Promise.all(
      Array.from({ length: 40 }, (_, time) => things.insert({ key: `k${time}`, room: `r${time % 4}`, time })),
    );
  });
  after(async () => {
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const stages = async (query: Omit<FindQuery, 'limit'>): Promise<Stage[]> => {
    const { filter, options } = planFind(spec, { ...query, limit: 10 }, { _gone: { $exists: false } });
    const explained = await database.collection('things').find(filter, options).explain('queryPlanner');
    const found: Stage[] = [];
    for (let at: Stage | undefined = explained.queryPlanner.winningPlan; at !== undefined; at = at.inputStage)
      found.push(at);
    return found;
  };
  const position = (index: string, order: string, ...values: unknown[]): string =>
    Buffer.from(JSON.stringify([index, order, ...values])).toString('base64url');

  const queries: Omit<FindQuery, 'limit'>[] = [
    { index: 'room' },
    { index: 'room', order: 'descending' },
    { index: 'room', equal: ['r1'] },
    { index: 'room', equal: ['r1'], order: 'descending' },
    { index: 'room', equal: ['r1'], range: { gt: 1, lte: 5 } },
    { index: 'room', equal: ['r1'], range: { gte: 'a' }, order: 'descending' },
    { index: 'name', range: { gt: 'a' } },
    { index: 'key', range: { gt: 'a' } },
    { index: 'key', range: { lt: 'z' }, order: 'descending', after: position('key', 'descending', 'k9') },
  ];
  for (const query of queries) {
    it(`by index, and sorts nothing: ${JSON.stringify(query)}`, async () => {
      const found = await stages(query);
      expect(found.map(({ stage }) => stage))
        .to.include('IXSCAN')
        .and.not.include('COLLSCAN')
        .and.not.include('SORT');
    });
  }

  // SecantusDB sorts what it finds between bounds that are given by hand; MongoDB takes it in the order of the index.
  for (const query of [
    { index: 'room', equal: ['r1'], after: position('room', 'ascending', 9, null, 'k9') },
    { index: 'room', after: position('room', 'descending', 'r1', 9, null, 'k9'), order: 'descending' },
  ] as const) {
    it(`later pages by index too: ${JSON.stringify(query)}`, async () => {
      const found = await stages(query);
      expect(found.map(({ stage }) => stage))
        .to.include('IXSCAN')
        .and.not.include('COLLSCAN');
    });
  }
});
