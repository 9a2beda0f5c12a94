import { toJson } from '@bufbuild/protobuf';
import { type Bot, Bot_StateSchema, BotSchema } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { assistantName, chooseAssistant } from './assistant-choice.ts';
import type { Context } from './command.ts';
import { enumWord } from './enum-word.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { last, moment, print } from './lists.ts';
import { table } from './table.ts';
import { oneLine } from './terminal-text.ts';

export interface BotFlags {
  readonly assistant?: string;
  readonly json?: boolean;
}

/** `otvet bots list` */
export async function listBotsCommand({ api, terminal }: Context, flags: BotFlags): Promise<ExitCode> {
  const { bots } = await api.bots.listBots({});
  const asRow = (bot: Bot): string[] => [
    last(bot.name),
    bot.username === '' ? '' : `@${oneLine(bot.username)}`,
    last(bot.assistant),
    enumWord(Bot_StateSchema, bot.state),
    bot.managedByEnvironment ? 'environment' : moment(bot.createTime),
    oneLine(bot.problem),
  ];
  print(
    terminal,
    flags,
    bots.map((bot) => toJson(BotSchema, bot)),
    () => table(terminal.out, ['BOT', 'NAME', 'ASSISTANT', 'STATE', 'ADDED', 'PROBLEM'], bots.map(asRow)),
  );
  return EXIT.ok;
}

/** `otvet bots add`: the token comes from standard input, since arguments are seen by everybody on a machine. */
export async function addBotCommand(context: Context, flags: BotFlags): Promise<ExitCode> {
  const { api, terminal, chance, readSecret } = context;
  const assistant = await chooseAssistant(context, flags.assistant);
  const token = (await readSecret('Token, as @BotFather gives it: ')).trim();
  if (!/^\d+:[\w-]+$/.test(token)) {
    throw new CliError('no token came on standard input: digits, a colon, then letters and digits', EXIT.usage);
  }
  const { bot } = await api.bots.createBot({ token, assistant, requestId: chance() });
  const called = bot?.username ? `@${oneLine(bot.username)}` : last(bot?.name ?? '');
  print(terminal, flags, bot ? toJson(BotSchema, bot) : {}, () => `${called} answers as ${last(assistant)}.\n`);
  return EXIT.ok;
}

/** `otvet bots set BOT --assistant NAME` */
export async function setBotCommand({ api, terminal }: Context, given: string, flags: BotFlags): Promise<ExitCode> {
  if (flags.assistant === undefined) throw new CliError('--assistant: say who is to answer', EXIT.usage);
  const assistant = assistantName(flags.assistant);
  const { name } = await findBot(api, given);
  const { bot } = await api.bots.updateBot({ bot: { name, assistant }, updateMask: { paths: ['assistant'] } });
  print(terminal, flags, bot ? toJson(BotSchema, bot) : {}, () => `${given} answers as ${last(assistant)}.\n`);
  return EXIT.ok;
}

/** `otvet bots remove BOT` */
export async function removeBotCommand({ api, terminal }: Context, given: string, flags: BotFlags): Promise<ExitCode> {
  const bot = await findBot(api, given);
  await api.bots.deleteBot({ name: bot.name });
  print(terminal, flags, toJson(BotSchema, bot), () => `${given} is removed; its token is forgotten.\n`);
  return EXIT.ok;
}

/** A bot by its number or user name. */
async function findBot(api: Context['api'], given: string): Promise<Bot> {
  const wanted = given.replace(/^(bots\/|@)/, '').toLowerCase();
  const { bots } = await api.bots.listBots({});
  const found = bots.find(({ name, username }) => last(name) === wanted || username.toLowerCase() === wanted);
  if (found === undefined) throw new CliError(`there is no bot ${JSON.stringify(given)}; see: otvet bots list`);
  return found;
}
