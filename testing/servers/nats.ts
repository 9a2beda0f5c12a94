import { temporaryFolder } from '../folders.ts';
import { freePort } from '../ports.ts';
import { type RealServer, ServerProcess } from './server-process.ts';
import { installed, natsServer, onPath } from './tools.ts';

/** Starts a NATS server with JetStream. Throws `ToolMissing`. */
export async function startNats(): Promise<RealServer> {
  const program = (await onPath('nats-server')) ?? (await installed(natsServer));
  const folder = await temporaryFolder();
  const port = await freePort();
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder.path];
  const server = new ServerProcess(program, args, port);
  try {
    await server.start();
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    kill: () => server.end('SIGKILL'),
    restart: () => server.start(),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
