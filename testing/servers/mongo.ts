import { MongoClient } from 'mongodb';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { freePort } from '../ports.ts';
import { type RealServer, ServerProcess } from './server-process.ts';
import { installed, onPath, secantus } from './tools.ts';

const PRIMARY_LIMIT_MS = 20_000;

/**
 * Starts a MongoDB that is a replica set of one: a `mongod` where there is one, else SecantusDB. Acknowledged majority writes of
 * either survive a kill. Throws `ToolMissing`.
 */
export async function startMongo(): Promise<RealServer> {
  const mongod = await onPath('mongod');
  const program = mongod ?? (await installed(secantus));
  const folder = await temporaryFolder();
  const port = await freePort();
  const args = mongod === undefined ? secantusArguments(folder, port) : mongodArguments(folder, port);
  const server = new ServerProcess(program, args, port);
  const url = `mongodb://127.0.0.1:${port}/`;
  try {
    await server.start();
    if (mongod !== undefined) await initiate(url);
    await primary(url);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url,
    port,
    get pid() {
      return server.pid;
    },
    kill: () => server.end('SIGKILL'),
    async restart() {
      await server.start();
      await primary(url);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function secantusArguments(folder: TemporaryFolder, port: number): readonly string[] {
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder.path],
    // Without it an acknowledged write may be lost with the process. A log file is allocated whole.
    ...['--sync-on-commit', '--log-file-max', '16MB', '--cache-size', '256M', '--log-level', 'WARNING'],
  ];
}

function mongodArguments(folder: TemporaryFolder, port: number): readonly string[] {
  return [
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', folder.path],
    ...['--replSet', 'otvet', '--wiredTigerCacheSizeGB', '0.25', '--quiet'],
  ];
}

async function initiate(url: string): Promise<void> {
  await using client = new MongoClient(url, { directConnection: true });
  await client.db('admin').command({ replSetInitiate: {} });
}

/** Resolves when the server takes writes. */
async function primary(url: string): Promise<void> {
  await using client = new MongoClient(url, { directConnection: true, serverSelectionTimeoutMS: 1_000 });
  for (const end = Date.now() + PRIMARY_LIMIT_MS; ; ) {
    const hello = await client
      .db('admin')
      .command({ hello: 1 })
      .catch((error: unknown) => ({ isWritablePrimary: false, error }));
    if (hello.isWritablePrimary) return;
    if (Date.now() > end) throw new Error('the database has no primary', { cause: hello });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
