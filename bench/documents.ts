import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#lib/clock.ts';
import type { Collection, Document } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import type { Row } from './table.ts';

/** How long each figure is measured, in milliseconds. */
const SPAN_MS = 1_000;
const BASELINE = 'commit of each write on the calling thread';

interface Session extends Document {
  readonly epoch: number;
  readonly queue: readonly { readonly turn: string }[];
}

/** A write as services do it: a condition, a count, a bounded queue. */
async function write(sessions: Collection<Session>, n: number): Promise<void> {
  const result = await sessions.update(
    `s${n % 500}`,
    { epoch: { gte: 0 } },
    { inc: { epoch: 1 }, push: { queue: { value: { turn: `t${n}` }, last: 5 } } },
  );
  if (!result.ok) throw new Error('a write of the bench did nothing');
}

async function writesPerSecond(sessions: Collection<Session>, inFlight: number): Promise<number> {
  let done = 0;
  let next = 0;
  const begun = performance.now();
  const end = begun + SPAN_MS;
  const writer = async (): Promise<void> => {
    while (performance.now() < end) {
      await write(sessions, next++);
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, writer));
  return (done * 1_000) / (performance.now() - begun);
}

/** The same change by hand: prepared once, each its own transaction, flushed before the next. */
function baselinePerSecond(file: string): number {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE sessions (key TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL)');
  const body = JSON.stringify({ epoch: 0, queue: Array.from({ length: 5 }, (_, i) => ({ turn: `t${i}` })) });
  const insert = database.prepare('INSERT INTO sessions VALUES (?, ?)');
  for (let n = 0; n < 500; n++) insert.run(`s${n}`, body);
  const update = database.prepare(
    "UPDATE sessions SET body = json_remove(json_set(body, '$.epoch', body ->> '$.epoch' + 1, '$.queue[#]', json(?)), '$.queue[0]') " +
      "WHERE key = ? AND body ->> '$.epoch' >= 0 RETURNING body",
  );
  let done = 0;
  const begun = performance.now();
  for (; performance.now() < begun + SPAN_MS; done++) {
    JSON.parse(update.get(JSON.stringify({ turn: `t${done}` }), `s${done % 500}`)?.body as string);
  }
  const rate = (done * 1_000) / (performance.now() - begun);
  database.close();
  return rate;
}

/** Durable writes per second of the embedded store, beside commits on the calling thread in the same run. */
export async function run(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'otvet-bench-'));
  try {
    const baselineValue = baselinePerSecond(join(folder, 'baseline.sqlite'));
    const log = { warn: () => undefined };
    await using store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock: systemClock, log });
    const sessions = store.collection<Session>({ name: 'sessions', indexes: [] });
    const keys = Array.from({ length: 500 }, (_, n) => `s${n}`);
    await Promise.all(keys.map((key) => sessions.insert({ key, epoch: 0, queue: [] })));
    await writesPerSecond(sessions, 10);
    const rows: Row[] = [];
    for (const inFlight of [1, 10, 50]) {
      const value = await writesPerSecond(sessions, inFlight);
      const name = `durable writes, ${inFlight === 1 ? 'one at a time' : `${inFlight} in flight`}`;
      rows.push({ name, value, unit: '/s', baseline: BASELINE, baselineValue });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}
