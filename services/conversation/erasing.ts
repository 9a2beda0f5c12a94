import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection } from '#lib/documents/port.ts';
import type { ContextTurns } from './context-turns.ts';
import type { HandoffMessageRecord } from './handoff-messages.ts';
import type { KeptBlobs } from './kept-blobs.ts';
import type { SessionFiles } from './session-files.ts';
import type { SessionRecord, Sessions } from './sessions.ts';
import type { Stopping } from './stopping.ts';
import type { TurnRecord } from './turns.ts';

export interface ErasingParts {
  readonly sessions: Pick<Sessions, 'get' | 'dequeue'>;
  readonly sessionCollection: Collection<SessionRecord>;
  readonly turnCollection: Collection<TurnRecord>;
  readonly messageCollection: Collection<HandoffMessageRecord>;
  readonly stopping: Pick<Stopping, 'stopTurns'>;
  readonly files: Pick<SessionFiles, 'remove'>;
  readonly kept: Pick<KeptBlobs, 'remove'>;
  readonly context: Pick<ContextTurns, 'forget'>;
}

const PAGE = 200;

/** How often the end of a stopped turn is looked for, in milliseconds, and how many times. */
const LOOK_MS = 50;
const MOST_LOOKS = 100;

/** Removes what a person said in a session, and what was said to them. */
export class Erasing {
  readonly #parts: ErasingParts;

  constructor(parts: ErasingParts) {
    this.#parts = parts;
  }

  /**
   * Removes the turns of a person with their answers, pictures and feedback; and when nobody else has turns in the session, the session
   * with its files and messages. Turns that run are stopped first. Doing it again removes what an interruption has left.
   */
  async erase(key: string, subject: string): Promise<void> {
    const { sessions, sessionCollection, context, files } = this.#parts;
    const others = await this.#eraseTurns(key, subject);
    context.forget(key);
    const session = await sessions.get(key);
    if (session === undefined || others) return;
    await files.remove(session);
    await this.#eraseMessages(key, () => true);
    // What was asked meanwhile keeps the session, and so do people who have it.
    await sessionCollection.delete(key, { 'queue.0': { exists: false }, handoffOpen: { exists: false } });
  }

  /** Whether other people have turns there. */
  async #eraseTurns(session: string, subject: string): Promise<boolean> {
    let others = false;
    let after: string | undefined;
    do {
      const query = { index: 'bySession', equal: [session], limit: PAGE };
      const page = await this.#parts.turnCollection.find(after === undefined ? query : { ...query, after });
      for (const turn of page.documents) {
        if (turn.subject === subject) await this.#eraseTurn(turn);
        else others = true;
      }
      after = page.next;
    } while (after !== undefined);
    return others;
  }

  async #eraseTurn({ key, session, state, attachments = [] }: TurnRecord): Promise<void> {
    const { sessions, stopping, turnCollection, kept } = this.#parts;
    if (state !== 'finished') {
      await stopping.stopTurns(session, [key]);
      await this.#ended(key);
    }
    for (const { blob } of attachments) await kept.remove(blob);
    await this.#eraseMessages(session, (message) => message.turn === key);
    await turnCollection.delete(key, {});
    await sessions.dequeue(session, key);
  }

  /** Who listens to a turn that is stopped hears its end; else they would ask again, and it would come back. */
  async #ended(key: string): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const turn = await this.#parts.turnCollection.get(key);
      if (turn === undefined || turn.state === 'finished') return;
      await sleep(LOOK_MS);
    }
  }

  async #eraseMessages(session: string, isMeant: (message: HandoffMessageRecord) => boolean): Promise<void> {
    const { messageCollection } = this.#parts;
    let after: string | undefined;
    do {
      const query = { index: 'bySession', equal: [session], limit: PAGE };
      const page = await messageCollection.find(after === undefined ? query : { ...query, after });
      for (const message of page.documents) if (isMeant(message)) await messageCollection.delete(message.key, {});
      after = page.next;
    } while (after !== undefined);
  }
}
