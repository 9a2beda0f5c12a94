import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { freePort } from '../ports.ts';
import { type RealServer, ServerProcess } from './server-process.ts';
import { installed, onPath, secantus } from './tools.ts';

const PRIMARY_LIMIT_MS = 20_000;

/** A user of a server that asks for passwords, known in `admin`. */
export interface MongoUser {
  readonly user: string;
  readonly password: string;
  readonly roles: readonly { readonly role: string; readonly db: string }[];
}

/**
 * Starts a MongoDB that is a replica set of one: a `mongod` where there is one, else SecantusDB. Acknowledged majority writes of
 * either survive a kill. With users, it answers nobody else. Throws `ToolMissing`.
 */
export async function startMongo(users: readonly MongoUser[] = []): Promise<RealServer> {
  const mongod = await onPath('mongod');
  const program = mongod ?? (await installed(secantus));
  const folder = await temporaryFolder();
  const port = await freePort();
  const args = mongod === undefined ? secantusArguments(folder, port) : mongodArguments(folder, port);
  if (users.length > 0) args.push(...(mongod === undefined ? ['--auth'] : ['--keyFile', await keyFile(folder)]));
  const server = new ServerProcess(program, args, port);
  const url = `mongodb://127.0.0.1:${port}/`;
  try {
    await server.start();
    if (mongod !== undefined) await initiate(url);
    await primary(url);
    await createUsers(port, users);
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

function secantusArguments(folder: TemporaryFolder, port: number): string[] {
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', folder.path],
    // Without it an acknowledged write may be lost with the process. A log file is allocated whole.
    ...['--sync-on-commit', '--log-file-max', '16MB', '--cache-size', '256M', '--log-level', 'WARNING'],
  ];
}

function mongodArguments(folder: TemporaryFolder, port: number): string[] {
  return [
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', folder.path],
    ...['--replSet', 'otvet', '--wiredTigerCacheSizeGB', '0.25', '--quiet'],
  ];
}

/** Members of a replica set that asks for passwords know each other by it. */
async function keyFile(folder: TemporaryFolder): Promise<string> {
  const file = join(folder.path, 'members.key');
  await writeFile(file, randomBytes(96).toString('base64'), { mode: 0o600 });
  return file;
}

/** The first user may be made by anybody on this machine; it makes the others. */
async function createUsers(port: number, users: readonly MongoUser[]): Promise<void> {
  if (users.length === 0) return;
  const root = { user: 'root', password: randomBytes(12).toString('hex'), roles: ['root'] };
  const create = async (client: MongoClient, { user, password, roles }: MongoUser | typeof root): Promise<void> => {
    await client.db('admin').command({ createUser: user, pwd: password, roles });
  };
  await using nobody = new MongoClient(`mongodb://127.0.0.1:${port}/`);
  await create(nobody, root);
  await using administrator = new MongoClient(`mongodb://root:${root.password}@127.0.0.1:${port}/`);
  for (const user of users) await create(administrator, user);
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
