import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ApiKeyService } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { type Ran, runForTest } from '../../cli/server-for-test.ts';
import { type Constellation, startConstellation } from '../constellation.ts';
import { temporaryFolder } from '../folders.ts';
import { freePort } from '../ports.ts';
import { Partner } from '../public-api.ts';
import { startMongo } from '../servers/mongo.ts';
import { startNats } from '../servers/nats.ts';
import type { RealServer } from '../servers/server-process.ts';
import { startOrSkip } from '../servers/suite.ts';

const QUESTION = 'Where can I park my camel?';

describe('Otvet and its real parts, from the command', function () {
  this.timeout(90_000);
  let mongo: RealServer;
  let nats: RealServer;
  before(async function () {
    mongo = await startOrSkip(this, startMongo);
    nats = await startOrSkip(this, startNats);
  });
  after(async () => {
    await nats?.[Symbol.asyncDispose]();
    await mongo?.[Symbol.asyncDispose]();
  });

  it('moves from files to MongoDB and back: the same by hashes, answers and API keys', async () => {
    await using folder = await temporaryFolder();
    const [from, to] = [folder.file('from'), folder.file('to')];
    const database = `${mongo.url}moved`;
    const admin = { OTVET_ADMIN_ADDRESS: `127.0.0.1:${await freePort()}` };
    const run = async (env: Record<string, string>, ...argv: string[]): Promise<Ran> => {
      const ran = await runForTest(argv, { ...admin, ...env });
      expect(ran.exit, ran.err).to.equal(0);
      return ran;
    };
    let secret = '';
    await during(await startConstellation('one process', from), async (otvet) => {
      const owner = new Partner(otvet.url, otvet.apiKey);
      await owner.teach('lastochka', 'camels.csv', `question,answer\n${QUESTION},Behind the station.\n`);
      const scopes = [Scope.ASK];
      ({ secret } = await owner.client(ApiKeyService).createApiKey({ displayName: 'partner', scopes }));
      await new Partner(otvet.url, secret).ask('lastochka', QUESTION);
    });
    const asksAgain = async (otvet: Constellation): Promise<void> => {
      expect((await new Partner(otvet.url, secret).ask('lastochka', QUESTION)).text).to.equal('Behind the station.');
    };
    const [one, two, three] = ['one.gz', 'two.gz', 'three'].map((name) => folder.file(name)) as [
      string,
      string,
      string,
    ];
    const exported = await run({ OTVET_DATA_DIR: from }, 'export', one);
    const inDatabase = await run({ OTVET_MONGODB_URL: database }, 'import', '--all', one);
    expect(inDatabase.out).to.equal(exported.out);
    expect((await run({ OTVET_MONGODB_URL: database }, 'export', two)).out).to.equal(exported.out);
    expect((await run({ OTVET_DATA_DIR: to }, 'import', '--all', two)).out).to.equal(exported.out);
    await during(await startConstellation('one process', to), asksAgain);
    // Where others may share the store no start makes a second key: the machine's own goes along.
    await mkdir(folder.file('keys'));
    await copyFile(join(from, 'api-key'), folder.file('keys', 'api-key'));
    const real = { OTVET_MONGODB_URL: database, OTVET_NATS_URL: nats.url };
    await during(await startConstellation('one process', folder.file('keys'), real), asksAgain);
    await rm(to, { recursive: true });
    const later = await run({ OTVET_MONGODB_URL: database }, 'export', three);
    expect((await run({ OTVET_DATA_DIR: to }, 'import', '--all', three)).out).to.equal(later.out);
    const refused = await runForTest(['import', '--all', one], { ...admin, OTVET_MONGODB_URL: database });
    expect([refused.exit, refused.err]).to.satisfy(
      ([exit, err]: [number, string]) => exit === 1 && /the target is not empty/.test(err),
    );
  });

  it('is looked at by the doctor, who leaves nothing behind', async () => {
    await using folder = await temporaryFolder();
    const env = {
      OTVET_DATA_DIR: folder.path,
      OTVET_PORT: String(await freePort()),
      OTVET_ADMIN_ADDRESS: `127.0.0.1:${await freePort()}`,
      OTVET_MONGODB_URL: `${mongo.url}looked_at`,
      OTVET_NATS_URL: nats.url,
    };
    const { exit, out } = await runForTest(['doctor'], env);
    expect(exit, out).to.equal(0);
    expect(out).to.match(/^ok +MongoDB: 127\.0\.0\.1:\d+ answers \(version [\d.]+\), a replica set with a primary$/m);
    expect(out).to.match(/^ok +MongoDB: a majority of its servers confirms writes/m);
    expect(out).to.match(/^ok +NATS: 127\.0\.0\.1:\d+ answers \([\d.]+\), JetStream is on/m);
    expect(out).to.match(/^ok +clock: agrees with MongoDB to 0 s$/m);
    await using client = new MongoClient(mongo.url);
    const { databases } = await client.db('admin').admin().listDatabases();
    expect(databases.filter(({ name }) => name.startsWith('looked_at'))).to.deep.equal([]);
  });
});

async function during(otvet: Constellation, run: (otvet: Constellation) => Promise<void>): Promise<void> {
  try {
    await run(otvet);
  } finally {
    await otvet.stop();
  }
}
