import { ConnectError } from '@connectrpc/connect';
import { type Bot, Bot_StateSchema } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { allAssistants } from './assistant-choice.ts';
import type { Context } from './command.ts';
import { enumWord } from './enum-word.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { isUnreachable } from './failure.ts';
import { last, print } from './lists.ts';
import { styled } from './terminal.ts';
import { oneLine } from './terminal-text.ts';

/** `otvet status`: whether the server answers, with which key, and what it has. */
export async function statusCommand({ api, terminal }: Context, flags: { readonly json?: boolean }): Promise<ExitCode> {
  const begun = performance.now();
  const assistants = await allAssistants(api);
  const answeredInMs = Math.round(performance.now() - begun);
  const bots = await botsOrNone(api);
  const json = {
    url: api.url,
    key: api.keyFrom ?? '',
    answeredInMs,
    assistants: assistants.map(({ name, displayName, activeRelease }) => ({ name, displayName, activeRelease })),
    bots: bots?.map(({ username, assistant, state, problem }) => ({
      username,
      assistant,
      state: enumWord(Bot_StateSchema, state),
      problem,
    })),
  };
  const { out } = terminal;
  const label = (text: string): string => styled(out, 'dim', text.padEnd(12));
  print(terminal, flags, json, () =>
    [
      `${label('server')}${api.url} ${styled(out, 'green', `answers in ${answeredInMs} ms`)}`,
      `${label('key')}${api.keyFrom ?? 'none'}`,
      ...assistants.map(
        (one) => `${label('assistant')}${last(one.name)}: ${oneLine(one.displayName)}, ${release(one.activeRelease)}`,
      ),
      ...(bots ?? []).flatMap((bot) => [`${label('telegram')}${botName(bot)}, ${botState(bot)}`, ...claim(bot)]),
      '',
    ].join('\n'),
  );
  return EXIT.ok;
}

function release(name: string): string {
  return name === '' ? 'has learnt nothing yet' : `answers from release ${last(name)}`;
}

/** A bot's name is known from the first connection to Telegram on, its number always. */
function botName({ name, username, assistant }: Bot): string {
  const called = username === '' ? `bot ${last(name)}` : `@${oneLine(username)}`;
  return assistant === '' ? called : `${called} → ${last(assistant)}`;
}

function botState({ state, problem }: Bot): string {
  const word = enumWord(Bot_StateSchema, state);
  return problem === '' ? word : `${word}: ${oneLine(problem)}`;
}

/** How somebody becomes the owner of a bot that has none. */
function claim({ claimCode }: Bot): readonly string[] {
  return claimCode === '' ? [] : [`${' '.repeat(12)}has no owner in Telegram: send it /pair ${oneLine(claimCode)}`];
}

/** Undefined where the key may not see them. */
async function botsOrNone(api: Context['api']): Promise<readonly Bot[] | undefined> {
  try {
    return (await api.bots.listBots({})).bots;
  } catch (error) {
    if (error instanceof ConnectError && !isUnreachable(error)) return undefined;
    throw error;
  }
}
