// What a test sees of the double's chats, calls and updates.
import type { Parameters } from './body.ts';
import type { Entity } from './entities.ts';

/** A user or bot, by the names of the Bot API. */
export interface TelegramUser {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly username?: string;
  readonly language_code?: string;
}

/** A button below a message. */
export interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
}

/** One state that a message was in. */
export interface Version {
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  /** The text as the person reads it, after entities. */
  readonly text: string;
  readonly entities: readonly Entity[];
  /** The text as the bot gave it, with its markup. */
  readonly given: string;
  readonly parseMode: string | undefined;
}

/** A message as the chat shows it now. */
export interface ShownMessage {
  readonly messageId: number;
  readonly by: 'bot' | 'person';
  /** The text (of a document: its caption) as the person reads it, after entities. */
  readonly text: string;
  readonly entities: readonly Entity[];
  /** The text as the bot gave it, with its markup. */
  readonly given: string;
  readonly parseMode: string | undefined;
  /** How many edits it took. */
  readonly edits: number;
  /** Message that it answers. */
  readonly replyTo: number | undefined;
  readonly threadId: number | undefined;
  readonly buttons: readonly (readonly Button[])[];
  readonly document: { readonly name: string; readonly content: Buffer } | undefined;
  readonly reactions: readonly string[];
  /** Milliseconds since the epoch: when it was sent, and when it changed last. */
  readonly sentAt: number;
  readonly changedAt: number;
}

/** A request that the double got. */
export interface Call {
  readonly method: string;
  /** As numbers, flags and objects once they are checked, else as they came. */
  parameters: Readonly<Parameters>;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  /** Status of the answer; 0 while there is none; -1 when the connection was cut instead. */
  status: number;
  /** `description` of an error answer. */
  fault?: string;
}

/** A request that breaks the specification. */
export interface Violation {
  readonly method: string;
  readonly fault: string;
}

/** How one question fared. Times in milliseconds since the epoch, with fractions. */
export interface QuestionTiming {
  readonly chatId: number;
  readonly messageId: number;
  readonly text: string;
  readonly saidAt: number;
  /** When the bot's first text in answer to it showed; undefined while none did. */
  firstTextAt?: number;
  /** When what the bot shows in answer to it changed last. */
  finalTextAt?: number;
  /** Messages of the bot that answer it. */
  readonly answers: number[];
}

/** An update as the bot gets it. */
export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}
