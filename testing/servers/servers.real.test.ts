import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { startMongo } from './mongo.ts';
import { startNats } from './nats.ts';
import type { RealServer } from './server-process.ts';
import { startOrSkip } from './suite.ts';

describe('real servers', function () {
  this.timeout(60_000);

  describe('MongoDB', () => {
    let server: RealServer | undefined;
    before(async function () {
      server = await startOrSkip(this, startMongo);
    });
    after(() => server?.[Symbol.asyncDispose]());

    it('keeps what it acknowledged when it is killed', async () => {
      const { url, kill, restart } = server as RealServer;
      await using client = new MongoClient(url, { writeConcern: { w: 'majority', journal: true } });
      const numbers = client.db('test').collection<{ _id: number }>('numbers');
      const ids = Array.from({ length: 100 }, (_, i) => i);
      await Promise.all(ids.map((_id) => numbers.insertOne({ _id })));
      await kill();
      await restart();
      expect(await numbers.countDocuments()).to.equal(100);
    });
  });

  describe('NATS', () => {
    let server: RealServer | undefined;
    before(async function () {
      server = await startOrSkip(this, startNats);
    });
    after(() => server?.[Symbol.asyncDispose]());

    it('has its streams again after it was killed', async () => {
      const { url, kill, restart } = server as RealServer;
      const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
      await kill();
      await restart();
      const again = await connect({ servers: url });
      expect((await (await jetstreamManager(again)).streams.info('KEPT')).config.name).to.equal('KEPT');
      await Promise.all([connection.close(), again.close()]);
    });
  });
});
