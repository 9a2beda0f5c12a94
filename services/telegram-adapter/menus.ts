import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';
import { codeOf, TONGUES, type Tongue } from '#lib/words/tongues.ts';
import type { Desk } from './desk.ts';
import { type MessageKey, say } from './words/catalogue.ts';

/** Where Telegram offers a command. */
type Scope = 'all_private_chats' | 'all_group_chats' | 'all_chat_administrators';

interface Command {
  readonly command: string;
  readonly description: Extract<MessageKey, `command${string}`>;
  readonly scopes: readonly Scope[];
}

/** The commands that Telegram offers to people, with what it says of each. */
export const COMMANDS: readonly Command[] = [
  { command: 'start', description: 'commandStart', scopes: ['all_private_chats'] },
  { command: 'help', description: 'commandHelp', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'ask', description: 'commandAsk', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'new', description: 'commandNew', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'stop', description: 'commandStop', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'retry', description: 'commandRetry', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'sources', description: 'commandSources', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'feedback', description: 'commandFeedback', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'human', description: 'commandHuman', scopes: ['all_private_chats'] },
  { command: 'lang', description: 'commandLang', scopes: ['all_private_chats', 'all_chat_administrators'] },
  { command: 'settings', description: 'commandSettings', scopes: ['all_private_chats'] },
  { command: 'privacy', description: 'commandPrivacy', scopes: ['all_private_chats', 'all_group_chats'] },
  { command: 'forget', description: 'commandForget', scopes: ['all_private_chats', 'all_group_chats'] },
];

/** In a group these are taken without the bot's name behind them. */
export const COMMAND_NAMES: ReadonlySet<string> = new Set([...COMMANDS.map(({ command }) => command), 'pair']);

/** What was last offered for a bot. */
interface Offered extends Document {
  /** Telegram's number of the bot. */
  readonly key: string;
  /** A hash of all menus. */
  readonly digest: string;
}

/** The menus of commands of one bot. */
export class Menus {
  readonly #offered: Collection<Offered>;

  constructor(store: DocumentStore) {
    this.#offered = store.collection<Offered>({ name: 'menus', indexes: [] });
  }

  /**
   * Offers the commands in each language and scope, unless that is what was offered last. Never rejects: without menus people can still type.
   */
  async offer(desk: Desk): Promise<void> {
    await this.#offer(desk).catch((err: unknown) => {
      if (!desk.signal.aborted) desk.log.warn({ err }, 'commands are not offered');
    });
  }

  async #offer(desk: Desk): Promise<void> {
    const menus = [...allMenus()];
    const digest = createHash('sha256').update(JSON.stringify(menus)).digest('base64url');
    const { bot: key, log } = desk;
    if ((await this.#offered.get(key))?.digest === digest) return;
    for (const menu of menus) {
      if (!(await set(desk, menu))) return;
    }
    const stored = await this.#offered.update(key, {}, { set: { digest } });
    if (!stored.ok) await this.#offered.insert({ key, digest });
    log.info({ menus: menus.length }, 'commands are offered');
  }
}

/** Offers the commands of a private chat in the language that was chosen there; undefined: in that of the person's Telegram. */
export async function offerIn(desk: Desk, chat: number, tongue: Tongue | undefined): Promise<void> {
  const scope = { type: 'chat', chat_id: chat };
  const outcome = await (tongue === undefined
    ? desk.client.call('deleteMyCommands', (api) => api.deleteMyCommands({ scope }, desk.signal))
    : desk.client.call('setMyCommands', (api) =>
        api.setMyCommands({ scope, commands: commandsOf(tongue, 'all_private_chats') }, desk.signal),
      ));
  if (!outcome.ok && !desk.signal.aborted) desk.log.warn({ trouble: outcome.trouble }, 'a menu is not in its language');
}

type Menu = Parameters<Parameters<Parameters<Desk['client']['call']>[1]>[0]['setMyCommands']>[0];

/** English is what people see whose language the bot does not speak. */
function* allMenus(): Generator<Menu> {
  for (const scope of new Set(COMMANDS.flatMap(({ scopes }) => scopes))) {
    for (const tongue of TONGUES) {
      const commands = commandsOf(tongue, scope);
      yield { scope: { type: scope }, commands, ...(tongue === 'en' ? {} : { language_code: codeOf(tongue) }) };
    }
  }
}

function commandsOf(tongue: Tongue, scope: Scope): { command: string; description: string }[] {
  return COMMANDS.filter(({ scopes }) => isOffered(scopes, scope)).map(({ command, description }) => ({
    command,
    description: say(tongue, description),
  }));
}

/** Administrators see their menu instead of that of all, so that it has the commands of all too. */
function isOffered(scopes: readonly Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || (scope === 'all_chat_administrators' && scopes.includes('all_group_chats'));
}

/** False where Telegram does not take it. */
async function set(desk: Desk, menu: Menu): Promise<boolean> {
  for (;;) {
    const outcome = await desk.client.call('setMyCommands', (api) => api.setMyCommands(menu, desk.signal));
    if (outcome.ok) return true;
    desk.signal.throwIfAborted();
    const { trouble } = outcome;
    if (trouble.kind !== 'flood') {
      desk.log.warn({ trouble }, 'commands are not offered');
      return false;
    }
    await sleep(trouble.retryAfterMs, undefined, { signal: desk.signal });
  }
}
