import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join, resolve } from 'node:path';
import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { ApiKeyService } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { DatasetService } from '#gen/otvet/training/v1/dataset_service_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { CliError, EXIT } from './exit.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The public API of one server. */
export interface Api extends Disposable {
  readonly url: string;
  /** Where the key is from, for people: a variable or a file; undefined where there is none. */
  readonly keyFrom: string | undefined;
  readonly conversation: Client<typeof ConversationService>;
  readonly sessions: Client<typeof SessionService>;
  readonly assistants: Client<typeof AssistantService>;
  readonly datasets: Client<typeof DatasetService>;
  readonly imports: Client<typeof ImportService>;
  readonly keys: Client<typeof ApiKeyService>;
  readonly bots: Client<typeof BotService>;
}

/** Answers of the server larger than this are not ours to read. */
const READ_MAX_BYTES = 64 * 1024 * 1024;

/** The server that the environment names, else the local one. Calls nobody yet. Throws `CliError`. */
export async function connect(env: Env, root: string): Promise<Api> {
  const url = serverUrl(env);
  const key = await findKey(env, root, url);
  const authenticate: Interceptor = (next) => (request) => {
    if (key) request.header.set('authorization', `Bearer ${key.secret}`);
    return next(request);
  };
  // Of our own, so that its connections end with the command and not when the server tires of them.
  const agent = url.startsWith('https:') ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const transport = createConnectTransport({
    baseUrl: url,
    httpVersion: '1.1',
    nodeOptions: { agent },
    interceptors: [authenticate],
    readMaxBytes: READ_MAX_BYTES,
  });
  return {
    url,
    keyFrom: key?.from,
    conversation: createClient(ConversationService, transport),
    sessions: createClient(SessionService, transport),
    assistants: createClient(AssistantService, transport),
    datasets: createClient(DatasetService, transport),
    imports: createClient(ImportService, transport),
    keys: createClient(ApiKeyService, transport),
    bots: createClient(BotService, transport),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** OTVET_URL, else the local server at OTVET_PORT. Keys do not travel in plain text to other machines. */
export function serverUrl(env: Env): string {
  const given = env.OTVET_URL || `http://127.0.0.1:${env.OTVET_PORT || '8080'}`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new CliError(`OTVET_URL: must be an http(s) address (it is ${JSON.stringify(given)})`, EXIT.usage);
  }
  if (url.protocol === 'http:' && !isThisMachine(url)) {
    throw new CliError(
      `OTVET_URL: must begin with https:// for another machine (it is ${JSON.stringify(given)})`,
      EXIT.usage,
    );
  }
  return given.replace(/\/+$/, '');
}

interface Key {
  readonly secret: string;
  readonly from: string;
}

/** OTVET_API_KEY, else the first key of the server on this machine. That one is sent nowhere else. */
async function findKey(env: Env, root: string, url: string): Promise<Key | undefined> {
  if (env.OTVET_API_KEY) return { secret: env.OTVET_API_KEY.trim(), from: 'OTVET_API_KEY' };
  if (!isThisMachine(new URL(url))) return undefined;
  const file = join(env.OTVET_DATA_DIR ? resolve(env.OTVET_DATA_DIR) : join(root, 'data'), 'api-key');
  try {
    const secret = (await readFile(file, 'utf8')).trim();
    return secret === '' ? undefined : { secret, from: file };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CliError(
      `${file}: the key of the local server cannot be read (${code}). Set OTVET_API_KEY.`,
      EXIT.notAllowed,
    );
  }
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
