import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { MongoClient } from 'mongodb';
import type { Broken } from './evidence.ts';

const DEAD_LETTERS = 'OTVET_DEAD_LETTERS';
const EVENTS = 'OTVET_EVENTS';

const untold = (where: string, count: number): Broken => ({
  invariant: 'all is told',
  message: `${where} has ${count} documents with something to tell`,
});

/** Documents of the embedded stores that still have something to tell. */
export function leftInFiles(folder: string): readonly Broken[] {
  return globSync('*.sqlite', { cwd: folder }).flatMap((file) => {
    const database = new DatabaseSync(join(folder, file), { readOnly: true });
    try {
      const tables = database
        .prepare("SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c ON c.name = 'outbox'")
        .all();
      return tables.flatMap(({ name }) => {
        const { count } = database.prepare(`SELECT count(*) AS count FROM "${name}" WHERE outbox > ''`).get() ?? {};
        return Number(count) > 0 ? [untold(`${file}, ${name}`, Number(count))] : [];
      });
    } finally {
      database.close();
    }
  });
}

/** Documents of a MongoDB that still have something to tell. */
export async function leftInDatabase(client: MongoClient): Promise<readonly Broken[]> {
  const broken: Broken[] = [];
  const { databases } = await client.db().admin().listDatabases();
  for (const { name } of databases.filter(({ name }) => name.startsWith('otvet_'))) {
    for (const collection of await client.db(name).collections()) {
      const count = await collection.countDocuments({ _out: { $exists: true } });
      if (count > 0) broken.push(untold(`${name}.${collection.collectionName}`, count));
    }
  }
  return broken;
}

/** Dead letters, each with its reason, and hints that a listening consumer has not taken. */
export async function leftOnBus(url: string): Promise<readonly Broken[]> {
  const connection = await connect({ servers: url, timeout: 5_000 });
  try {
    const manager = await jetstreamManager(connection);
    return [...(await deadLetters(manager)), ...(await lagging(manager))];
  } finally {
    await connection.close();
  }
}

async function deadLetters(manager: JetStreamManager): Promise<readonly Broken[]> {
  const { state } = await manager.streams.info(DEAD_LETTERS);
  if (state.messages === 0) return [];
  const last = await manager.streams.getMessage(DEAD_LETTERS, { seq: state.last_seq });
  const reason = last?.header.get('otvet-dead-reason') ?? '';
  return [{ invariant: 'dead letters', message: `${state.messages}, the last because of: ${reason}` }];
}

async function lagging(manager: JetStreamManager): Promise<readonly Broken[]> {
  const broken: Broken[] = [];
  for await (const { name, num_pending, num_ack_pending, num_waiting } of manager.consumers.list(EVENTS)) {
    // What nobody asks for any more belongs to a process that died.
    if (num_waiting === 0 || num_pending + num_ack_pending === 0) continue;
    const message = `${name} has ${num_pending} hints before it and ${num_ack_pending} in hand`;
    broken.push({ invariant: 'feeds consumed', message });
  }
  return broken;
}
