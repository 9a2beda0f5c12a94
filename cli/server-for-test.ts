import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { run } from './program.ts';
import type { Output } from './terminal.ts';

/** For tests: a server that speaks the public API, and the command against it. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** What calls came with in `authorization`. */
  readonly keys: readonly (string | null)[];
  /** Breaks all connections, as a server that dies does. */
  cut(): void;
  run(...argv: string[]): Promise<Ran>;
}

/** What a run of the command left behind. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export async function startTestServer(routes: (router: ConnectRouter) => void): Promise<TestServer> {
  const keys: (string | null)[] = [];
  const handle = connectNodeAdapter({
    routes,
    interceptors: [
      (next) => (request) => {
        keys.push(request.header.get('authorization'));
        return next(request);
      },
    ],
  });
  const server = createServer(handle);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    keys,
    cut: () => server.closeAllConnections(),
    run: (...argv) => runForTest(argv, { OTVET_URL: url, OTVET_API_KEY: 'otvet_test' }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

export interface RunOptions {
  readonly isTTY?: boolean;
  readonly root?: string;
  readonly interrupted?: AbortSignal;
  /** What stands on standard input. */
  readonly input?: string;
}

/** Runs the command in this process, its output caught. */
export async function runForTest(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<Ran> {
  const { isTTY = false, root = '/nowhere', interrupted = new AbortController().signal, input = '' } = options;
  const caught = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    isTTY,
    columns: 80,
    colour: false,
    write: (text) => {
      caught[name] += text;
    },
  });
  const terminal = { out: output('out'), err: output('err') };
  const exit = await run(argv, { env, root, interrupted, terminal, readSecret: async () => input });
  return { exit, ...caught };
}

/** An error as the server gives it. */
export function refusal(code: Code, reason: string, message: string): ConnectError {
  const info = { desc: ErrorInfoSchema, value: { reason, domain: 'otvet' } };
  return new ConnectError(message, code, undefined, [info]);
}
