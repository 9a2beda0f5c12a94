import type { Assistant } from '#gen/otvet/training/v1/assistant_pb.ts';
import type { Context } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { everyPage } from './pages.ts';

/** `assistants/NAME` from `NAME` or itself. Throws `CliError` for what cannot be one. */
export function assistantName(given: string): string {
  const name = given.startsWith('assistants/') ? given : `assistants/${given}`;
  if (/^assistants\/[a-z][a-z0-9-]{0,38}$/.test(name)) return name;
  throw new CliError(
    `${JSON.stringify(given)} cannot be an assistant: lower-case letters, digits and hyphens`,
    EXIT.usage,
  );
}

/** The assistant that was asked for, else the only one there is. */
export async function chooseAssistant({ api, env }: Context, given: string | undefined): Promise<string> {
  const named = given ?? env.OTVET_ASSISTANT;
  if (named) return assistantName(named);
  const all = await allAssistants(api);
  if (all.length === 1) return all[0]?.name ?? '';
  if (all.length === 0)
    throw new CliError('there is no assistant yet (make one: otvet create NAME), or this key may use none');
  const names = all.map(({ name }) => name.slice('assistants/'.length)).join(', ');
  throw new CliError(`say which assistant with --assistant: ${names}`, EXIT.usage);
}

/** Those that the key may use. */
export function allAssistants(api: Context['api']): Promise<Assistant[]> {
  return everyPage(async (pageToken) => {
    const { assistants, nextPageToken } = await api.assistants.listAssistants({ pageToken });
    return { items: assistants, nextPageToken };
  });
}
