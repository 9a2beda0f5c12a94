import type { Said } from '../updates/update.ts';

/** What is to be done for sessions that people take over, beside what people say to the bot. Stored and worked on like that. */
export type HandoffWork =
  /** Somebody wrote in the operators' group: `chat` and `thread` are the topic's. `text` is empty where it is no text. */
  | ({ readonly kind: 'operator'; readonly text: string; readonly operator: string; readonly name: string } & Said)
  /** Something to be said to the person whose session it is; `chat` and `thread` are the person's. */
  | ({ readonly kind: 'toPerson'; readonly number: number; readonly say: ForPerson; readonly text: string } & Copied &
      Said)
  /** Something to be said to operators in the topic of the session; `chat` and `thread` are the person's. */
  | ({
      readonly kind: 'toOperators';
      readonly number: number;
      readonly say: ForOperators;
      readonly text: string;
    } & Copied &
      Said);

/** For `copy`: the message to be copied, where it stands. */
export interface Copied {
  readonly source?: number;
}

/** `text` holds the words, or the name of who has come. */
export type ForPerson = 'called' | 'joined' | 'left' | 'nobody came' | 'words' | 'copy';

/** `text` holds the words: what was said before, or by an operator elsewhere. */
export type ForOperators = 'asked' | 'refusals' | 'copy' | 'words' | 'owner' | 'ended' | 'late' | 'blocked';

export const HANDOFF_KINDS = ['operator', 'toPerson', 'toOperators'] as const;

/** The part of a lane's name behind that of the session; undefined for what goes with other messages of its chat. */
export function handoffLane(kind: string): string | undefined {
  if (kind === 'toPerson') return 'person';
  return kind === 'toOperators' ? 'operators' : undefined;
}

/** Whether it is work that keeps its worth, however late. */
export function isHandoffWork(work: { readonly kind: string }): work is HandoffWork {
  return (HANDOFF_KINDS as readonly string[]).includes(work.kind);
}
