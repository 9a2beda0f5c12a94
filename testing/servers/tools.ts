// Where the real servers of tests come from: the PATH, the tool cache, or an installation into that cache.
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A program of one exact version, and how to get it. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  /** Path of the program below the tool's folder of the cache. */
  readonly program: string;
  /** The command that installs it into an empty folder; its first word must be on the PATH. */
  readonly install: (folder: string) => {
    readonly command: readonly [string, ...string[]];
    readonly env?: NodeJS.ProcessEnv;
  };
  /** For the person who waits. */
  readonly takes: string;
}

export const natsServer: Tool = {
  name: 'nats-server',
  version: 'v2.15.2',
  program: 'nats-server',
  install: (folder) => ({
    command: ['go', 'install', 'github.com/nats-io/nats-server/v2@v2.15.2'],
    env: { GOBIN: folder },
  }),
  takes: 'about a minute',
};

/** The MongoDB protocol over WiredTiger, for machines without a `mongod`. */
export const secantus: Tool = {
  name: 'secantus',
  version: '0.5.3-beta.196',
  program: join('bin', 'secantusd-rs'),
  install: (folder) => ({
    command: [
      ...['cargo', 'install', 'secantus-mdb', '--version', '0.5.3-beta.196'],
      ...['--locked', '--ignore-rust-version', '--root', folder],
    ] as [string, ...string[]],
  }),
  takes: 'about ten minutes',
};

/** This machine has no such server, and no means to install it. */
export class ToolMissing extends Error {
  override readonly name = 'ToolMissing';
}

/** The path of a program on the PATH; undefined where there is none. */
export async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (folder !== '' && (await isProgram(path))) return path;
  }
  return undefined;
}

/** The path of a tool's program: from the cache, installed into it first where it is missing. Throws `ToolMissing`. */
export async function installed(tool: Tool): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'otvet', 'tools');
  const folder = join(cache, `${tool.name}@${tool.version}`);
  const program = join(folder, tool.program);
  if (await isProgram(program)) return program;
  const draft = `${folder}.${process.pid}`;
  const { command, env } = tool.install(draft);
  if ((await onPath(command[0])) === undefined) {
    throw new ToolMissing(`${tool.name} is neither installed nor can it be: there is no ${command[0]} here`);
  }
  process.stderr.write(`installing ${tool.name} ${tool.version} (${tool.takes}, once) ...\n`);
  await mkdir(draft, { recursive: true });
  try {
    await run(command, env);
    // Whole or not at all: another run may look for it meanwhile.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    throw new ToolMissing(`${tool.name} could not be installed: ${(error as Error).message}`, { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return program;
}

async function run([program, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const code = await promise;
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said.trim()}`);
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
