// What the methods of the double work on.
import type { Parameters } from './body.ts';
import type { Chats } from './chats.ts';
import type { Files } from './files.ts';
import type { FloodGuard } from './flood.ts';
import type { TelegramUser } from './model.ts';
import type { UpdateQueue } from './updates.ts';
import type { Webhook } from './webhook.ts';

/** The state of one bot. */
export interface Room {
  readonly bot: TelegramUser;
  /** Whether the bot's privacy mode is off. */
  hearsAll: boolean;
  readonly chats: Chats;
  readonly files: Files;
  readonly queue: UpdateQueue;
  readonly webhook: Webhook;
  readonly flood: FloodGuard;
  /** Command lists by scope and language, as setMyCommands left them. */
  readonly commands: Map<string, unknown>;
  /** Callback queries by id, with what the bot answered. */
  readonly callbacks: Map<string, Parameters | undefined>;
}

/** Answers a method: the `result`, or throws an ApiFailure. `gone` aborts when the client hangs up. */
export type Handler = (parameters: Parameters, room: Room, gone: AbortSignal) => unknown;

/** A number, whether it came as one or as text; 0 when it is absent. */
export const integer = (value: unknown): number => (value === undefined ? 0 : Number(value));

/** A nested value, whether it came as JSON in a string or as it is. */
export function nested(value: unknown): unknown {
  return typeof value === 'string' && value !== '' ? (JSON.parse(value) as unknown) : value;
}
