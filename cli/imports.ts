import { readFile } from 'node:fs/promises';
import { ConnectError } from '@connectrpc/connect';
import { type Import, Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { chooseAssistant } from './assistant-choice.ts';
import type { Context } from './command.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { isUnreachable, reasonOf, retryAfterMs, toCliError } from './failure.ts';
import { collectFiles, type FileToImport } from './files.ts';
import { type Imported, ImportView } from './import-view.ts';

export interface ImportFlags {
  readonly assistant?: string;
  readonly dataset?: string;
  readonly locale?: string;
  readonly json?: boolean;
}

const MAX_BYTES = 16 * 1024 * 1024;
/** Files on their way to the server at once. */
const UPLOADS = 4;
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_000;
const TRIES = 5;

/** `otvet import FILE...`: sends the files, waits until questions are answered from them, and tells what was rejected. */
export async function importCommand(context: Context, paths: readonly string[], flags: ImportFlags): Promise<ExitCode> {
  const files = await collectFiles(paths);
  const assistant = await chooseAssistant(context, flags.assistant);
  const imported: Imported[] = files.map((file) => ({ file, state: 'waiting' }));
  const view = new ImportView(context.terminal, flags.json === true);
  view.progress(imported);
  await Promise.all(
    Array.from({ length: UPLOADS }, async (_, lane) => {
      for (let i = lane; i < files.length && !context.interrupted.aborted; i += UPLOADS) {
        imported[i] = await upload(context, assistant, files[i] as FileToImport, flags);
        view.progress(imported);
      }
    }),
  );
  await follow(context, imported, () => view.progress(imported));
  view.done(imported, context.interrupted.aborted);
  return exitCode(imported, context.interrupted.aborted);
}

/** One file to the server. What is wrong with it is told of it and stops no other; an unreachable server stops all. */
async function upload(context: Context, assistant: string, file: FileToImport, flags: ImportFlags): Promise<Imported> {
  if (file.size > MAX_BYTES) return { file, state: 'failed', problem: 'is larger than 16 MiB; split it' };
  const content = await readFile(file.path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unreadable');
  if (typeof content === 'string') return { file, state: 'failed', problem: `cannot be read (${content})` };
  const request = {
    parent: assistant,
    datasetId: flags.dataset ?? file.dataset,
    file: file.name,
    content,
    locale: flags.locale ?? '',
    requestId: `cli-${context.chance()}`,
  };
  try {
    const answer = await patiently(context, () => context.api.imports.createImport(request));
    return seen(file, answer.import);
  } catch (error) {
    if (!(error instanceof ConnectError) || !isOfFile(error)) throw error;
    return { file, state: 'failed', problem: toCliError(error, context.api.url).message };
  }
}

/** Looks after the imports until each is released or has failed. */
async function follow(context: Context, imported: Imported[], changed: () => void): Promise<void> {
  let wait = FIRST_LOOK_MS;
  while (!context.interrupted.aborted) {
    const open = imported.flatMap((one, i) => (one.state === 'under way' ? [{ one, i }] : []));
    if (open.length === 0) return;
    await context.pause(wait);
    wait = Math.min(LONGEST_LOOK_MS, wait * 1.5);
    await Promise.all(
      Array.from({ length: UPLOADS }, async (_, lane) => {
        for (let n = lane; n < open.length && !context.interrupted.aborted; n += UPLOADS) {
          const { one, i } = open[n] as (typeof open)[number];
          const name = one.import?.name ?? '';
          imported[i] = seen(
            one.file,
            (await patiently(context, () => context.api.imports.getImport({ name }))).import,
          );
        }
      }),
    );
    changed();
  }
}

function seen(file: FileToImport, found: Import | undefined): Imported {
  if (found === undefined) return { file, state: 'failed', problem: 'the server tells nothing of it' };
  if (found.state === Import_State.RELEASED) return { file, state: 'released', import: found };
  if (found.state !== Import_State.FAILED) return { file, state: 'under way', import: found };
  return { file, state: 'failed', import: found, problem: found.failureMessage || found.failureReason };
}

/** A call that may be repeated, repeated when the server is gone or busy for a moment. */
async function patiently<T>(context: Context, call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      const passing = error instanceof ConnectError && (isUnreachable(error) || reasonOf(error) === 'OVERLOADED');
      if (!passing || tries === TRIES || context.interrupted.aborted) throw error;
      await context.pause(retryAfterMs(error) ?? 200 * 2 ** tries);
    }
  }
}

/** True for refusals of this one file, such as an empty one; others concern the whole command. */
function isOfFile(error: ConnectError): boolean {
  return /^FILE_/.test(reasonOf(error) ?? '');
}

function exitCode(imported: readonly Imported[], interrupted: boolean): ExitCode {
  if (interrupted) return EXIT.interrupted;
  if (imported.some(({ state }) => state === 'failed')) return EXIT.failed;
  return imported.some((one) => (one.import?.rejectedCount ?? 0) > 0) ? EXIT.rowsRejected : EXIT.ok;
}

/** Datasets and locales are checked before anything is read. Throws `CliError`. */
export function checkImportFlags({ dataset, locale }: ImportFlags): void {
  if (dataset !== undefined && !/^[a-z0-9][a-z0-9._-]{0,62}$/.test(dataset)) {
    throw new CliError(
      `--dataset: lower-case letters, digits, dots, hyphens (it is ${JSON.stringify(dataset)})`,
      EXIT.usage,
    );
  }
  if (locale !== undefined && !/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/.test(locale)) {
    throw new CliError(`--locale: a language such as ru or en-GB (it is ${JSON.stringify(locale)})`, EXIT.usage);
  }
}
