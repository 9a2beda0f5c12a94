import { MongoClient, type Collection as MongoCollection } from 'mongodb';
import { systemClock } from '#lib/clock.ts';
import { openMongoStore } from '#lib/documents/mongo/store.ts';
import type { Collection, Document } from '#lib/documents/port.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { ToolMissing } from '#testing/servers/tools.ts';
import type { Row } from './table.ts';

/** Port and driver take turns this often, for this long each: what else the machine does falls on both. In milliseconds. */
const TURNS = 6;
const TURN_MS = 250;
const SESSIONS = 500;

interface Turn extends Document {
  readonly session: string;
  readonly question: string;
  readonly acceptedAt: number;
  readonly epoch: number;
  readonly queue: readonly { readonly turn: string }[];
}

/** One call of each, the n-th. */
type Call = (n: number) => Promise<unknown>;

/**
 * Calls of the document port on MongoDB, beside the same by hand: the same documents, indexes and guarantees, with the bare driver. No
 * rows on a machine without a server.
 */
export async function run(): Promise<Row[]> {
  let server: RealServer;
  try {
    server = await startMongo();
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    process.stderr.write(`not measured: documents in MongoDB: ${error.message}\n`);
    return [];
  }
  await using _server = server;
  const log = createLogger({ level: 'warn' });
  await using store = await openMongoStore({ url: server.url, service: 'bench', clock: systemClock, log });
  await using client = new MongoClient(server.url, {
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    maxPoolSize: 50,
  });
  const turns = store.collection<Turn>({
    name: 'turns',
    indexes: [{ name: 'bySession', paths: ['session', 'acceptedAt'] }],
  });
  const bare = client.db('otvet_bare').collection<{ _id: string }>('turns');
  await bare.createIndex({ session: 1, acceptedAt: 1, _id: 1 });
  const byPort = portCalls(turns);
  const byHand = driverCalls(bare as unknown as MongoCollection<Turn & { _id: string }>);
  for (let n = 0; n < SESSIONS; n++) await Promise.all([byPort.insert(n), byHand.insert(n)]);
  const rows: Row[] = [];
  for (const name of ['insert', 'get', 'update'] as const) {
    for (const inFlight of [1, 10, 50]) {
      const [value, baselineValue] = await sideBySide(byPort[name], byHand[name], inFlight);
      const waiting = inFlight === 1 ? 'one at a time' : `${inFlight} in flight`;
      rows.push({
        name: `MongoDB: ${name}, ${waiting}`,
        value,
        unit: '/s',
        goal: '>= 0.87 x',
        baseline: 'the bare driver',
        baselineValue,
      });
    }
  }
  return rows;
}

type Calls = Readonly<Record<'insert' | 'get' | 'update', Call>>;

function portCalls(turns: Collection<Turn>): Calls {
  let made = 0;
  return {
    insert: () => turns.insert(turn(made++)),
    get: (n) => turns.get(`t${n % SESSIONS}`),
    update: (n) =>
      turns.update(
        `t${n % SESSIONS}`,
        { epoch: { gte: 0 } },
        { inc: { epoch: 1 }, set: { acceptedAt: n }, push: { queue: { value: { turn: `t${n}` }, last: 5 } } },
      ),
  };
}

function driverCalls(turns: MongoCollection<Turn & { _id: string }>): Calls {
  let made = 0;
  return {
    insert: () => {
      const { key, ...fields } = turn(made++);
      return turns.insertOne({ _id: key, ...fields } as unknown as Turn & { _id: string });
    },
    get: (n) => turns.findOne({ _id: `t${n % SESSIONS}` }),
    update: (n) =>
      turns.findOneAndUpdate(
        { _id: `t${n % SESSIONS}`, epoch: { $gte: 0 } },
        {
          $inc: { epoch: 1 },
          $set: { acceptedAt: n },
          $push: { queue: { $each: [{ turn: `t${n}` }], $slice: -5 } },
        } as object,
        { returnDocument: 'after' },
      ),
  };
}

/** A turn's size and shape, about. */
function turn(n: number): Turn {
  return {
    key: `t${n}`,
    session: `s${n % 50}`,
    question: 'How do I block my card? '.repeat(8),
    acceptedAt: n,
    epoch: 0,
    queue: [],
  };
}

/** Calls per second of each, in turns. */
async function sideBySide(port: Call, driver: Call, inFlight: number): Promise<readonly [number, number]> {
  const done = [0, 0];
  const spent = [0, 0];
  for (let i = -2; i < TURNS * 2; i++) {
    const which = (i + 2) % 2;
    const { calls, ms } = await during(which === 0 ? port : driver, inFlight);
    // The first two are warming up.
    if (i < 0) continue;
    done[which] = (done[which] as number) + calls;
    spent[which] = (spent[which] as number) + ms;
  }
  const rate = (which: number): number => ((done[which] as number) * 1_000) / (spent[which] as number);
  return [rate(0), rate(1)];
}

async function during(call: Call, inFlight: number): Promise<{ readonly calls: number; readonly ms: number }> {
  let calls = 0;
  const begun = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() < begun + TURN_MS) await call(calls++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { calls, ms: performance.now() - begun };
}
