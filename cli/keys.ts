import { toJson } from '@bufbuild/protobuf';
import { Scope, ScopeSchema } from '#gen/otvet/access/v1/access_pb.ts';
import { type ApiKey, ApiKeySchema } from '#gen/otvet/account/v1/api_key_pb.ts';
import { assistantName } from './assistant-choice.ts';
import type { Context } from './command.ts';
import { enumWord } from './enum-word.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { last, moment, print } from './lists.ts';
import { everyPage } from './pages.ts';
import { table } from './table.ts';

export interface KeyFlags {
  readonly scope?: readonly string[];
  readonly assistant?: readonly string[];
  readonly json?: boolean;
}

/** The scopes as people type them. */
export const SCOPES = { ask: Scope.ASK, read: Scope.READ, teach: Scope.TEACH, admin: Scope.ADMIN } as const;

/** `otvet keys list` */
export async function listKeysCommand({ api, terminal }: Context, flags: KeyFlags): Promise<ExitCode> {
  const keys = await everyPage(async (pageToken) => {
    const page = await api.keys.listApiKeys({ pageToken });
    return { items: page.apiKeys, nextPageToken: page.nextPageToken };
  });
  const asRow = (key: ApiKey): string[] => [
    last(key.name),
    key.displayName,
    `${key.prefix}…`,
    key.scopes.map((scope) => enumWord(ScopeSchema, scope)).join(' '),
    key.assistants.map(last).join(' ') || 'all',
    key.lastUseTime ? moment(key.lastUseTime) : 'never',
    key.revokeTime ? `revoked ${moment(key.revokeTime)}` : 'valid',
  ];
  print(
    terminal,
    flags,
    keys.map((key) => toJson(ApiKeySchema, key)),
    () => table(terminal.out, ['KEY', 'FOR', 'BEGINS', 'SCOPES', 'ASSISTANTS', 'LAST USE', 'STATE'], keys.map(asRow)),
  );
  return EXIT.ok;
}

/** `otvet keys create NAME`: the secret alone goes to standard output, so that a script can take it. */
export async function createKeyCommand(
  { api, terminal }: Context,
  displayName: string,
  flags: KeyFlags,
): Promise<ExitCode> {
  const scopes = (flags.scope ?? ['ask']).map(scopeOf);
  const assistants = (flags.assistant ?? []).map(assistantName);
  const { apiKey, secret } = await api.keys.createApiKey({ displayName, scopes, assistants });
  const json = { ...(apiKey ? (toJson(ApiKeySchema, apiKey) as object) : {}), secret };
  print(terminal, flags, json, () => `${secret}\n`);
  if (!flags.json) terminal.err.write(`Key ${last(apiKey?.name ?? '')} made. It is shown only now: keep it safe.\n`);
  return EXIT.ok;
}

/** `otvet keys revoke KEY` */
export async function revokeKeyCommand({ api, terminal }: Context, key: string, flags: KeyFlags): Promise<ExitCode> {
  const name = key.startsWith('apiKeys/') ? key : `apiKeys/${key}`;
  if (!/^apiKeys\/[a-z0-9]{1,64}$/.test(name)) {
    throw new CliError(`${JSON.stringify(key)} cannot be the name of a key; see: otvet keys list`, EXIT.usage);
  }
  const { apiKey } = await api.keys.revokeApiKey({ name });
  print(terminal, flags, apiKey ? toJson(ApiKeySchema, apiKey) : {}, () => `Key ${last(name)} is revoked.\n`);
  return EXIT.ok;
}

function scopeOf(word: string): Scope {
  const scope = Object.entries(SCOPES).find(([name]) => name === word)?.[1];
  if (scope !== undefined) return scope;
  throw new CliError(`--scope: one of ${Object.keys(SCOPES).join(', ')} (it is ${JSON.stringify(word)})`, EXIT.usage);
}
