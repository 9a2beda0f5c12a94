import { toJson } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { SessionSchema } from '#gen/otvet/conversation/v1/session_pb.ts';
import { OutcomeSchema, TurnSchema } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { AssistantSchema } from '#gen/otvet/training/v1/assistant_pb.ts';
import { DatasetSchema } from '#gen/otvet/training/v1/dataset_pb.ts';
import { allAssistants, assistantName, chooseAssistant } from './assistant-choice.ts';
import type { Context } from './command.ts';
import { enumWord } from './enum-word.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { everyPage } from './pages.ts';
import { table } from './table.ts';
import { snippet } from './terminal-text.ts';

export interface ListFlags {
  readonly assistant?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

/** `otvet assistants` */
export async function assistantsCommand({ api, terminal }: Context, flags: ListFlags): Promise<ExitCode> {
  const assistants = await allAssistants(api);
  const asRow = (one: (typeof assistants)[number]): string[] => [
    last(one.name),
    one.displayName,
    one.languages.join(', '),
    last(one.activeRelease) || 'none yet',
    one.description,
  ];
  print(
    terminal,
    flags,
    assistants.map((one) => toJson(AssistantSchema, one)),
    () => table(terminal.out, ['ASSISTANT', 'NAME', 'LANGUAGES', 'RELEASE', 'DESCRIPTION'], assistants.map(asRow)),
  );
  return EXIT.ok;
}

/** `otvet datasets` */
export async function datasetsCommand(context: Context, flags: ListFlags): Promise<ExitCode> {
  const { api, terminal } = context;
  const parent = await chooseAssistant(context, flags.assistant);
  const datasets = await everyPage(async (pageToken) => {
    const page = await api.datasets.listDatasets({ parent, pageToken });
    return { items: page.datasets, nextPageToken: page.nextPageToken };
  });
  const asRow = (one: (typeof datasets)[number]): string[] => [
    last(one.name),
    String(one.exampleCount),
    String(one.documentCount),
    moment(one.updateTime),
  ];
  print(
    terminal,
    flags,
    datasets.map((one) => toJson(DatasetSchema, one)),
    () => table(terminal.out, ['DATASET', 'EXAMPLES', 'DOCUMENTS', 'CHANGED'], datasets.map(asRow)),
  );
  return EXIT.ok;
}

/** `otvet sessions`, the most recently used first. */
export async function sessionsCommand(context: Context, flags: ListFlags): Promise<ExitCode> {
  const { api, terminal } = context;
  const parent = await chooseAssistant(context, flags.assistant);
  const sessions = await everyPage(async (pageToken) => {
    const page = await api.sessions.listSessions({ parent, pageToken, pageSize: Math.min(500, flags.limit ?? 50) });
    return { items: page.sessions, nextPageToken: page.nextPageToken };
  }, flags.limit);
  const asRow = (one: (typeof sessions)[number]): string[] => [
    last(one.name),
    String(one.turnCount),
    one.language,
    moment(one.lastTurnTime),
  ];
  print(
    terminal,
    flags,
    sessions.map((one) => toJson(SessionSchema, one)),
    () => table(terminal.out, ['SESSION', 'TURNS', 'LANGUAGE', 'LAST TURN'], sessions.map(asRow)),
  );
  return EXIT.ok;
}

const CELL = 60;

/** `otvet turns SESSION`, the newest first. */
export async function turnsCommand(context: Context, session: string, flags: ListFlags): Promise<ExitCode> {
  const { api, terminal } = context;
  const parent = await sessionName(context, session, flags.assistant);
  const turns = await everyPage(async (pageToken) => {
    const page = await api.sessions.listTurns({ parent, pageToken, pageSize: Math.min(500, flags.limit ?? 50) });
    return { items: page.turns, nextPageToken: page.nextPageToken };
  }, flags.limit);
  const asRow = (one: (typeof turns)[number]): string[] => [
    moment(one.createTime),
    enumWord(OutcomeSchema, one.outcome),
    snippet(one.question, CELL),
    snippet(one.answer, CELL),
  ];
  print(
    terminal,
    flags,
    turns.map((one) => toJson(TurnSchema, one)),
    () => table(terminal.out, ['ASKED', 'OUTCOME', 'QUESTION', 'ANSWER'], turns.map(asRow)),
  );
  return EXIT.ok;
}

/** A session by its full name, or by its last part as `otvet sessions` shows it. */
async function sessionName(context: Context, given: string, assistant: string | undefined): Promise<string> {
  const full = /^(assistants\/[^/]+)\/sessions\/[A-Za-z0-9._-]{1,160}$/.exec(given);
  if (full) return `${assistantName(full[1] ?? '')}/sessions/${last(given)}`;
  if (/^[A-Za-z0-9._-]{1,160}$/.test(given)) return `${await chooseAssistant(context, assistant)}/sessions/${given}`;
  throw new CliError(`${JSON.stringify(given)} cannot be a session; see: otvet sessions`, EXIT.usage);
}

/** JSON in one array, or what people read. */
export function print(
  { out }: Context['terminal'],
  flags: { readonly json?: boolean },
  json: unknown,
  read: () => string,
): void {
  out.write(flags.json ? `${JSON.stringify(json)}\n` : read());
}

/** The last part of a resource name. */
export function last(name: string): string {
  return name.split('/').at(-1) ?? '';
}

/** To the minute, in UTC; empty where there is none. */
export function moment(time: Timestamp | undefined): string {
  return time === undefined ? '' : `${timestampDate(time).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
