// The bot itself: who it is, how it gets its updates, its commands.
import { ApiFailure, badRequest } from '../failure.ts';
import { type Handler, integer, nested, type Room } from '../room.ts';

const LOOPBACK = /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/;

/** Handlers by method name. */
export const botMethods: Readonly<Record<string, Handler>> = {
  getMe(_parameters, room) {
    return {
      ...room.bot,
      can_join_groups: true,
      can_read_all_group_messages: room.hearsAll,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    };
  },

  getUpdates(parameters, room, gone) {
    if (room.webhook.url !== '') {
      const remedy =
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
      throw new ApiFailure(409, `Conflict: ${remedy}`);
    }
    takeAllowed(parameters.allowed_updates, room);
    const { offset, limit, timeout } = parameters;
    return room.queue.poll(integer(offset), limit === undefined ? 100 : integer(limit), integer(timeout), gone);
  },

  setWebhook(parameters, room) {
    const url = String(parameters.url ?? '');
    if (url !== '') checkWebhookUrl(url);
    const secret = parameters.secret_token === undefined ? '' : String(parameters.secret_token);
    if (!/^[\w-]{0,256}$/.test(secret)) throw badRequest('secret token contains unallowed characters');
    takeAllowed(parameters.allowed_updates, room);
    if (isTrue(parameters.drop_pending_updates)) room.queue.drop();
    if (url !== '') room.queue.endPoll('Conflict: terminated by setWebhook request');
    room.webhook.set(url, secret, parameters.max_connections === undefined ? 40 : integer(parameters.max_connections));
    return true;
  },

  deleteWebhook(parameters, room) {
    if (isTrue(parameters.drop_pending_updates)) room.queue.drop();
    room.webhook.set('', '', 40);
    return true;
  },

  getWebhookInfo(_parameters, room) {
    const { url, lastError, maxConnections } = room.webhook;
    const pending_update_count = room.queue.pending.length;
    const info: Record<string, unknown> = { url, has_custom_certificate: false, pending_update_count };
    if (url !== '') info.max_connections = maxConnections;
    if (lastError !== undefined) {
      info.last_error_date = Math.floor(lastError.at / 1000);
      info.last_error_message = lastError.message;
    }
    if (room.queue.allowed.length > 0) info.allowed_updates = room.queue.allowed;
    return info;
  },

  setMyCommands(parameters, room) {
    const commands = nested(parameters.commands) as readonly { readonly command: string }[];
    if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
    for (const { command } of commands) {
      if (!/^\/?[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
    }
    room.commands.set(commandsKey(parameters.scope, parameters.language_code), commands);
    return true;
  },

  getMyCommands(parameters, room) {
    return room.commands.get(commandsKey(parameters.scope, parameters.language_code)) ?? [];
  },

  deleteMyCommands(parameters, room) {
    room.commands.delete(commandsKey(parameters.scope, parameters.language_code));
    return true;
  },
};

/** Key of a command list: its scope and language. Throws for a language that Telegram does not take. */
export function commandsKey(scope: unknown, language: unknown): string {
  const code = language === undefined ? '' : String(language);
  if (!/^(?:[a-z]{2})?$/.test(code)) throw badRequest('invalid language code specified');
  const where = (nested(scope) ?? { type: 'default' }) as { readonly type: string };
  return `${JSON.stringify(where)} ${code}`;
}

function takeAllowed(value: unknown, room: Room): void {
  if (value !== undefined) room.queue.allowed = nested(value) as readonly string[];
}

/** https only, as Telegram wants it; plain http to this machine, as a local Bot API server takes it. */
function checkWebhookUrl(url: string): void {
  if (!URL.canParse(url)) throw badRequest('bad webhook: invalid webhook URL specified');
  const { protocol, hostname, port } = new URL(url);
  if (LOOPBACK.test(hostname)) return;
  if (protocol !== 'https:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  if (!['', '80', '88', '443', '8443'].includes(port)) {
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443');
  }
}

const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === 'True' || value === '1';
