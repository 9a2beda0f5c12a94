// What was seen of one run, from outside: what people did and saw, what partners heard, what the records say.
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { ShownMessage } from '../telegram/model.ts';

/** A question that a person asked in Telegram. */
export interface AskedInChat {
  readonly tag: number;
  readonly chat: number;
  readonly messageId: number;
  /** Place in the order of acceptance among all updates; undefined where Telegram never heard that it was accepted. */
  readonly accepted: number | undefined;
}

/** A question that a partner asked, with all its tries. */
export interface AskedByPartner {
  readonly tag: number;
  readonly session: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  /** When `started` was heard first. */
  startedAt: number | undefined;
  /** How often it was asked. */
  tries: number;
  /** Why the last try that failed did. */
  lastProblem: string;
  /** How it ended; undefined while it has not. */
  end: PartnerEnd | undefined;
}

/** What a partner heard in the end. */
export type PartnerEnd =
  | { readonly how: 'answered'; readonly turn: Turn; readonly text: string }
  | { readonly how: 'failed'; readonly reason: string };

/** A process that sent to Telegram and died, or lost its store. */
export interface SenderDeath {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Sends whose beginning was recorded and whose result was not. */
  readonly uncertain: number;
}

/** All that was seen. */
export interface Evidence {
  readonly inChats: readonly AskedInChat[];
  readonly byPartners: readonly AskedByPartner[];
  /** All turns on record. */
  readonly turns: readonly Turn[];
  /** What the bot shows in each chat, in order. */
  readonly shown: ReadonlyMap<number, readonly ShownMessage[]>;
  /** Sends that took effect and whose reply was dropped: their chats. */
  readonly droppedReplies: readonly number[];
  readonly deaths: readonly SenderDeath[];
  /** Updates that Telegram still holds. */
  readonly unconfirmed: number;
  /** Requests of Otvet that break Telegram's specification. */
  readonly violations: readonly { readonly method: string; readonly fault: string }[];
  /** How many pieces the answer to a question has. */
  readonly pieces: (tag: number) => number;
}

/** An invariant that does not hold. */
export interface Broken {
  readonly invariant: string;
  readonly message: string;
}
