import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { askCommand } from './ask.ts';
import { addBotCommand, listBotsCommand, removeBotCommand, setBotCommand } from './bots.ts';
import type { Context } from './command.ts';
import { connect, type Env, serverUrl } from './connection.ts';
import { createCommand } from './create.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { toCliError } from './failure.ts';
import { BOTS_HELP, DEAD_LETTERS_HELP, EXPORT_HELP, HELP, IMPORT_HELP } from './help.ts';
import { checkImportFlags, importCommand } from './imports.ts';
import { createKeyCommand, listKeysCommand, revokeKeyCommand, SCOPES } from './keys.ts';
import { assistantsCommand, datasetsCommand, sessionsCommand, turnsCommand } from './lists.ts';
import type { Local } from './local/surroundings.ts';
import { readSecret } from './secret-input.ts';
import { statusCommand } from './status.ts';
import { processTerminal, styled, type Terminal } from './terminal.ts';

/** What a run of the command stands on; tests put in their own. */
export interface Surroundings {
  readonly env: Env;
  readonly terminal: Terminal;
  /** The repository: its `data` folder holds the local server's key. */
  readonly root: string;
  readonly interrupted: AbortSignal;
  /** Reads a line that nobody is to see, from standard input; `prompt` is shown on a terminal only. */
  readonly readSecret: (prompt: string) => Promise<string>;
}

/** Runs the command as a process. Gives its exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
    interrupt.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // A reader that has enough, such as `head`, is no failure.
  process.stdout.on('error', () => process.exit(EXIT.ok));
  const { env } = process;
  const root = resolve(import.meta.dirname, '..');
  try {
    const terminal = processTerminal(env);
    const secret = (prompt: string) => readSecret(process.stdin, terminal.err, prompt);
    return await run(argv, { env, terminal, root, interrupted: interrupt.signal, readSecret: secret });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Runs the command with its arguments. Gives its exit code; what went wrong is told in one line on `err`. */
export async function run(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  const { terminal, env, interrupted } = around;
  let exit: ExitCode = EXIT.ok;
  const context = async (): Promise<Context> => ({
    api: await connect(env, around.root),
    terminal,
    env,
    interrupted,
    readSecret: around.readSecret,
    chance: () => randomBytes(12).toString('hex'),
    pause: (ms) => sleep(ms, undefined, { signal: interrupted }).catch(() => undefined),
  });
  const program = describe(
    around,
    async (act) => {
      const connected = await context();
      using _api = connected.api;
      exit = await act(connected);
    },
    async (act) => {
      exit = await act(around);
    },
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (interrupted.aborted) return EXIT.interrupted;
    const { message, exit: code } = toCliError(error, safeUrl(env));
    terminal.err.write(`${styled(terminal.err, 'red', 'otvet:')} ${message}\n`);
    return code;
  }
}

type Act = (run: (context: Context) => Promise<ExitCode>) => Promise<void>;
type ActLocally = (run: (local: Local) => Promise<ExitCode>) => Promise<void>;

/** The commands, their flags and their help. What works on this machine's own parts is loaded when it is asked for only. */
function describe({ terminal }: Surroundings, act: Act, actLocally: ActLocally): Command {
  const program = new Command('otvet')
    .description("Asks and teaches Otvet, which answers people's questions from an organisation's own material.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHelpWidth: () => Math.min(110, terminal.out.columns),
      getErrHelpWidth: () => Math.min(110, terminal.err.columns),
    })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(otvet --help tells more)')
    .addHelpText('after', HELP);

  program
    .command('ask')
    .description('ask a question; the answer appears as it comes, its sources beneath')
    .argument('<question...>', 'the question; quotes around it are not needed')
    .option('-a, --assistant <name>', 'who is asked; not needed where there is one only')
    .option('-s, --session <id>', 'go on with a conversation of yours: any name, such as `anna`')
    .option('-l, --lang <language>', 'answer in this language, such as `ru`; else that of the question')
    .option('--json', 'print one object: text, citations, outcome, turn')
    .action((words: string[], flags) => act((context) => askCommand(context, words.join(' '), flags)));

  program
    .command('import')
    .description('teach from files and folders: .csv .tsv .jsonl .ndjson (questions and answers), .md .txt (documents)')
    .argument('<file...>', 'files, or folders that are searched all the way down')
    .option('-d, --dataset <id>', 'put all into this dataset; else named after the file, or after the folder')
    .option('-a, --assistant <name>', 'who learns; not needed where there is one only')
    .option('-l, --locale <language>', 'the language of the files; else found for each row and document')
    .option('--all', 'put back everything that `otvet export` wrote into one file; Otvet must be stopped')
    .option('--json', 'print one object: imports with their rejected rows, accepted, rejected')
    .addHelpText('after', IMPORT_HELP)
    .action((paths: string[], flags) => {
      if (flags.all) {
        const file = onlyFile(paths, flags);
        return actLocally(async (local) =>
          (await import('./local/import-all.ts')).importAllCommand(local, file, flags),
        );
      }
      checkImportFlags(flags);
      return act((context) => importCommand(context, paths, flags));
    });

  program
    .command('create')
    .description('make an assistant, to be taught with `otvet import`')
    .argument('<id>', 'its name in commands and addresses: lower-case letters, digits, hyphens')
    .option('-n, --name <name>', 'what people see; else the id')
    .option('--description <text>', 'whom it speaks for, in a sentence or two')
    .option('--persona <text>', 'how it speaks, for models')
    .option('--language <language...>', 'the languages of its material, the preferred one first')
    .option('--json', 'print one object')
    .action((id: string, flags) => act((context) => createCommand(context, id, flags)));

  const list = (name: string, description: string): Command =>
    program.command(name).description(description).option('--json', 'print one array');
  list('assistants', 'the assistants that your key may use').action((flags) =>
    act((context) => assistantsCommand(context, flags)),
  );
  list('datasets', 'what an assistant was taught from')
    .option('-a, --assistant <name>', 'whose')
    .action((flags) => act((context) => datasetsCommand(context, flags)));
  list('sessions', 'conversations, the most recently used first')
    .option('-a, --assistant <name>', 'whose')
    .option('-n, --limit <count>', 'at most so many', countOf, 50)
    .action((flags) => act((context) => sessionsCommand(context, flags)));
  list('turns', 'questions and answers of a conversation, the newest first')
    .argument('<session>', 'as `otvet sessions` shows it')
    .option('-a, --assistant <name>', 'whose')
    .option('-n, --limit <count>', 'at most so many', countOf, 50)
    .action((session: string, flags) => act((context) => turnsCommand(context, session, flags)));

  const keys = program.command('keys').description('API keys: list, create, revoke');
  keys
    .command('list')
    .description('all keys, the newest first')
    .option('--json', 'print one array')
    .action((flags) => act((context) => listKeysCommand(context, flags)));
  keys
    .command('create')
    .description('make a key; it is printed once and never again')
    .argument('<name>', 'what it is for')
    .option('--scope <scope...>', `what it may do: ${Object.keys(SCOPES).join(', ')}`, ['ask'])
    .option('-a, --assistant <name...>', 'which assistants it may use; else all')
    .option('--json', 'print one object')
    .action((name: string, flags) => act((context) => createKeyCommand(context, name, flags)));
  keys
    .command('revoke')
    .description('make a key useless')
    .argument('<key>', 'as `otvet keys list` shows it')
    .option('--json', 'print one object')
    .action((key: string, flags) => act((context) => revokeKeyCommand(context, key, flags)));

  const bots = program.command('bots').description('Telegram bots: list, add, set, remove');
  bots
    .command('list', { isDefault: true })
    .description('all bots, with whether updates come')
    .option('--json', 'print one array')
    .action((flags) => act((context) => listBotsCommand(context, flags)));
  bots
    .command('add')
    .description('add a bot; its token is read from standard input, or asked for')
    .option('-a, --assistant <name>', 'who answers; not needed where there is one only')
    .option('--json', 'print one object')
    .addHelpText('after', BOTS_HELP)
    .action((flags) => act((context) => addBotCommand(context, flags)));
  bots
    .command('set')
    .description('change who answers')
    .argument('<bot>', 'its number or @name')
    .option('-a, --assistant <name>', 'who answers from now on')
    .option('--json', 'print one object')
    .action((bot: string, flags) => act((context) => setBotCommand(context, bot, flags)));
  bots
    .command('remove')
    .description('remove a bot: it finishes what it has, and its token is forgotten')
    .argument('<bot>', 'its number or @name')
    .option('--json', 'print one object')
    .action((bot: string, flags) => act((context) => removeBotCommand(context, bot, flags)));

  program
    .command('secret-key')
    .description('print a new key for OTVET_SECRET_KEY_FILE, which seals the tokens of added bots')
    .action(() =>
      actLocally(async () => {
        terminal.out.write(`${(await import('#lib/sealing/keys.ts')).newKey()}\n`);
        return EXIT.ok;
      }),
    );

  program
    .command('export')
    .description('write everything that Otvet keeps into one file, from files or MongoDB; Otvet must be stopped')
    .argument('<file>', 'a new file; gzipped where its name ends in .gz')
    .option('--json', 'print one object: counts and hashes')
    .addHelpText('after', EXPORT_HELP)
    .action((file: string, flags) =>
      actLocally(async (local) => (await import('./local/export.ts')).exportCommand(local, file, flags)),
    );

  program
    .command('dead-letters')
    .description('events that a service could not apply, kept by NATS: see them, and send them again')
    .option('--replay <id...>', 'send these again, and take them out')
    .option('--all', 'send all of them again')
    .option('--json', 'print one array; of what was sent again, with --replay or --all')
    .addHelpText('after', DEAD_LETTERS_HELP)
    .action((flags) =>
      actLocally(async (local) => (await import('./local/dead-letters.ts')).deadLettersCommand(local, flags)),
    );

  program
    .command('doctor')
    .description('look at all that Otvet stands on, and say in plain words what is wrong; running or not')
    .option('--json', 'print one object: findings, broken, warnings')
    .action((flags) => actLocally(async (local) => (await import('./local/doctor.ts')).doctorCommand(local, flags)));

  program
    .command('status')
    .description('whether the server answers, and what it has')
    .option('--json', 'print one object')
    .action((flags) => act((context) => statusCommand(context, flags)));
  return program;
}

/** The one file of `otvet import --all`. Throws `CliError` for flags that mean nothing with it. */
function onlyFile(paths: readonly string[], flags: Readonly<Record<string, unknown>>): string {
  const [file, more] = paths;
  const other = ['assistant', 'dataset', 'locale'].find((flag) => flags[flag] !== undefined);
  if (other !== undefined) throw new CliError(`--${other} says nothing with --all`, EXIT.usage);
  if (file === undefined || more !== undefined) throw new CliError('--all takes one file', EXIT.usage);
  return file;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 100_000)
    throw new InvalidArgumentError('A whole number, 1 to 100000.');
  return count;
}

function safeUrl(env: Env): string {
  try {
    return serverUrl(env);
  } catch (error) {
    if (error instanceof CliError) return env.OTVET_URL ?? '';
    throw error;
  }
}
