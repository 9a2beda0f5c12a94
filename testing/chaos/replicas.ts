import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Collection, MongoClient } from 'mongodb';
import { systemIds } from '#lib/ids.ts';
import { newSecret } from '../../services/gateway/credentials/api-key.ts';
import { freePort } from '../ports.ts';
import { TcpProxy } from '../proxies/tcp-proxy.ts';
import { startMongo } from '../servers/mongo.ts';
import { startNats } from '../servers/nats.ts';
import type { RealServer } from '../servers/server-process.ts';
import { type Deployment, type DeploymentOptions, type Surroundings, webhookAt } from './deployment.ts';
import type { SenderDeath } from './evidence.ts';
import { leftInDatabase, leftOnBus } from './leftovers.ts';
import { Links } from './links.ts';
import type { Fault } from './plan.ts';
import { ServiceProcess } from './service-process.ts';

/** Services, in the order of their start, and the variable that says where each is found. */
const SERVICES = {
  llm: 'OTVET_LLM_ADDRESS',
  training: 'OTVET_TRAINING_ADDRESS',
  conversation: 'OTVET_CONVERSATION_ADDRESS',
  'telegram-adapter': 'OTVET_TELEGRAM_ADDRESS',
  gateway: 'OTVET_GATEWAY_ADDRESS',
} as const;

type Service = keyof typeof SERVICES;

const NAMES = Object.keys(SERVICES) as readonly Service[];
const REPLICAS = 2;
/** How often the database is asked how many sends are open, when it dies with the sender. */
const MOST_TRIES = 100;
/** In the folder: the API key that the gateways are given. */
const KEY_FILE = 'first-api-key';

/** Starts two replicas of each service, a MongoDB and a NATS. Throws `ToolMissing` where there are no such servers. */
export async function startReplicas(options: DeploymentOptions): Promise<Deployment> {
  await using owned = new AsyncDisposableStack();
  const database = owned.use(await startMongo());
  const bus = owned.use(await startNats());
  const links = owned.use(new Links(database.port, bus.port));
  const client = owned.use(new MongoClient(`${database.url}?directConnection=true`));
  const inbox = client.db('otvet_telegram-adapter').collection('inbox');
  const edges = await ports();
  const apiKey = newSecret(systemIds);
  await writeFile(join(options.folder, KEY_FILE), apiKey, { mode: 0o600 });
  const processes = await makeProcesses(options, links, edges, owned);
  owned.defer(() => Promise.all(processes.map((process) => process.end('SIGTERM'))).then(() => undefined));
  for (const process of processes) process.start();
  await Promise.all(processes.map((process) => process.ready()));

  const deaths: SenderDeath[] = [];
  const kill = async ({ victim, downMs }: Extract<Fault, { kind: 'kill' }>): Promise<void> => {
    const process = processes[Math.floor(victim * processes.length)];
    if (process === undefined || !process.isRunning) return;
    await process.end('SIGKILL');
    const at = Date.now();
    const isSender = process.name.startsWith('telegram-adapter');
    const counting = isSender ? uncertainSends(inbox) : undefined;
    await sleep(downMs);
    process.start();
    if (counting !== undefined) deaths.push({ at, uncertain: await counting });
    await process.ready();
  };
  const stack = owned.move();
  return {
    edges: edges.map((port) => `http://127.0.0.1:${port}`),
    apiKey,
    processes,
    deaths,
    async suffer(fault: Fault) {
      if (fault.kind === 'kill') return kill(fault);
      if (fault.kind === 'kill database') return killServer(database, fault.downMs);
      if (fault.kind === 'kill bus') return killServer(bus, fault.downMs);
      if (fault.kind === 'drop replies' || fault.kind === 'telegram trouble' || fault.kind === 'webhook habits') return;
      return links.suffer(fault);
    },
    leftovers: async () => [...(await leftInDatabase(client)), ...(await leftOnBus(bus.url))],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Sends that were begun and not recorded as done. A database that is down too is waited for. */
async function uncertainSends(inbox: Collection): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await inbox.countDocuments({ sending: { $exists: true } });
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await sleep(200);
    }
  }
}

async function killServer(server: RealServer, downMs: number): Promise<void> {
  if (server.pid === 0) return;
  await server.kill();
  await sleep(downMs);
  await server.restart();
}

async function makeProcesses(
  { folder, surroundings, webhook }: DeploymentOptions,
  links: Links,
  edges: readonly number[],
  owned: AsyncDisposableStack,
): Promise<readonly ServiceProcess[]> {
  const listening = new Map(await Promise.all(NAMES.map(async (name) => [name, await ports()] as const)));
  const found = Object.fromEntries(NAMES.map((name) => [SERVICES[name], listening.get(name)?.map(local).join(',')]));
  const hooks = await ports();
  const front = owned.use(await TcpProxy.start({ targets: hooks }));
  const processes: ServiceProcess[] = [];
  for (const name of NAMES) {
    for (let i = 0; i < REPLICAS; i++) {
      const { database, bus } = await links.add();
      const env: Surroundings = {
        ...surroundings,
        ...(found as Surroundings),
        ...(webhook ? webhookAt(local(hooks[i]), local(front.port)) : {}),
        OTVET_DATA_DIR: folder,
        OTVET_FIRST_API_KEY_FILE: join(folder, KEY_FILE),
        OTVET_LISTEN_ADDRESS: local(listening.get(name)?.[i]),
        OTVET_PORT: String(edges[i]),
        OTVET_MONGODB_URL: `mongodb://${local(database)}/otvet?directConnection=true`,
        OTVET_NATS_URL: `nats://${local(bus)}`,
      };
      processes.push(new ServiceProcess(`${name} ${i + 1}`, `${name}/main.mjs`, env, local(await freePort())));
    }
  }
  return processes;
}

const local = (port: number | undefined): string => `127.0.0.1:${port}`;

function ports(): Promise<readonly number[]> {
  return Promise.all(Array.from({ length: REPLICAS }, () => freePort()));
}
