import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import { openMongoStore } from '#lib/documents/mongo/store.ts';
import { saying } from '#testing/conversation-peers.ts';
import { replicaRules } from '#testing/conversation-replica-rules.ts';
import { startReplicas } from '#testing/conversation-replicas.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';
import { until } from '#testing/waiting.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('several replicas of conversation on MongoDB', function () {
  this.timeout(60_000);
  let server: RealServer;
  let tests = 0;
  before(async function () {
    server = await startOrSkip(this, startMongo);
  });
  beforeEach(() => {
    tests += 1;
  });
  after(() => server?.[Symbol.asyncDispose]());

  const open = () =>
    openMongoStore({ url: `${server.url}test${tests}`, service: 'conversation', clock: systemClock, log });

  describe('keep their rules', () => replicaRules(open));

  it('keep what was answered while the database is away, and are ready again by themselves', async () => {
    await using all = await startReplicas(2, open, 7_000);
    const [a, b] = all.replicas;
    const gate = Promise.withResolvers<void>();
    all.peers.script = async function* (request, signal) {
      await gate.promise;
      yield* saying('Within two hours [p1].')(request, signal);
    };
    const running = a?.ask({ requestId: 'r1' });
    await until(() => all.peers.requests.length === 1);
    await server.kill();
    gate.resolve();
    await until(() => !a?.service.ready() && !b?.service.ready(), 20_000);
    await server.restart();
    expect(await running).to.deep.include({ text: 'Within two hours [1].', attempts: [1] });
    await until(() => a?.service.ready() && b?.service.ready(), 20_000);
    expect(await b?.ask({ requestId: 'r1' })).to.deep.include({ text: 'Within two hours [1].', attempts: [1] });
    expect(all.peers.requests).to.have.length(1);
  });
});
