import { NetworkError, ParseError, TelegramApiError, TimeoutError } from 'node-telegram-bot-api';
import { NotSentError } from './connection.ts';

/** Why a call to the Bot API did not do what it should. */
export type Trouble =
  /** Too many calls: not done, may be repeated after so many milliseconds. */
  | { readonly kind: 'flood'; readonly retryAfterMs: number }
  /** The person blocked the bot or is gone: nothing can be said there. */
  | { readonly kind: 'forbidden' }
  /** The HTML or an address in it is refused. */
  | { readonly kind: 'unparsable' }
  /** An edit that changes nothing: the text stands there already. */
  | { readonly kind: 'unchanged' }
  /** The message to be edited is not there any more. */
  | { readonly kind: 'gone' }
  /** The group is a supergroup now, under this number: not done here. */
  | { readonly kind: 'moved'; readonly to: number }
  /** Certainly not done, and may work later: no connection, or Telegram says that it failed. */
  | { readonly kind: 'undone'; readonly problem: string }
  /** Perhaps done: the connection broke, time ran out, or a proxy answered instead of Telegram. */
  | { readonly kind: 'lost'; readonly problem: string }
  /** The token is refused. */
  | { readonly kind: 'unauthorized' }
  /** Somebody else takes this bot's updates. */
  | { readonly kind: 'conflict'; readonly webhook: boolean }
  /** Refused for good. `problem` is Telegram's description, without anything that people wrote. */
  | { readonly kind: 'refused'; readonly problem: string };

/** What an error of the client library means. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof TelegramApiError && error.migrateToChatId !== undefined) {
    return { kind: 'moved', to: error.migrateToChatId };
  }
  if (error instanceof TelegramApiError) return refusalOf(error.errorCode, error.description, error.retryAfter);
  if (error instanceof NetworkError && error.cause instanceof NotSentError) {
    return { kind: 'undone', problem: error.cause.message };
  }
  if (error instanceof TimeoutError) return { kind: 'lost', problem: 'no answer in time' };
  if (error instanceof ParseError) return { kind: 'lost', problem: 'an answer that is no JSON' };
  if (error instanceof NetworkError) return { kind: 'lost', problem: problemOf(error) };
  return { kind: 'lost', problem: error instanceof Error ? error.name : 'unknown error' };
}

function refusalOf(code: number, description: string, retryAfter: number | undefined): Trouble {
  const says = (...words: readonly string[]): boolean =>
    words.some((word) => description.toLowerCase().includes(word.toLowerCase()));
  if (code === 429) return { kind: 'flood', retryAfterMs: Math.max(1, retryAfter ?? 1) * 1000 };
  if (code === 401 || code === 404) return { kind: 'unauthorized' };
  if (code === 409) return { kind: 'conflict', webhook: says('webhook') };
  if (code >= 500) return { kind: 'undone', problem: `Telegram answers ${code}` };
  if (
    code === 403 ||
    says(
      'chat not found',
      'not enough rights to send',
      'have no rights to send',
      'TOPIC_CLOSED',
      'user is deactivated',
      'PEER_ID_INVALID',
      'USER_IS_BLOCKED',
    )
  ) {
    return { kind: 'forbidden' };
  }
  if (says("can't parse entities", 'unsupported start tag', 'wrong HTTP URL')) return { kind: 'unparsable' };
  if (says('message is not modified')) return { kind: 'unchanged' };
  if (says('message to edit not found', "message can't be edited", 'MESSAGE_ID_INVALID')) return { kind: 'gone' };
  return { kind: 'refused', problem: `${code} ${description.slice(0, 80)}` };
}

/** The code of the system's error beneath, such as ECONNRESET; never its message, which may hold an address. */
function problemOf(error: NetworkError): string {
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? /^Server error \d+/.exec(error.message)?.[0] ?? 'the connection broke';
}
