import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import type { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import { listPage } from '#lib/documents/page.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { Handlers } from '#lib/rpc/server.ts';
import {
  fieldInvalid,
  principalMissing,
  sessionNotFound,
  sessionNotOwn,
  turnNotFinished,
  turnNotFound,
} from './failures.ts';
import { assistantOf, parseSessionName, parseTurnName, realmOf, sessionKey, turnKey } from './names.ts';
import { maySee, type Reader, readable } from './session-access.ts';
import type { SessionRecord, Sessions } from './sessions.ts';
import { givenFeedback, sessionMessage, turnMessage } from './turn-message.ts';
import type { TurnRecord, Turns } from './turns.ts';

export interface SessionHandlersParts {
  readonly sessions: Sessions;
  readonly turns: Pick<Turns, 'get' | 'giveFeedback'>;
  readonly sessionCollection: Collection<SessionRecord>;
  readonly turnCollection: Collection<TurnRecord>;
  readonly clock: Clock;
}

const DEFAULT_PAGE = 50;

/** SessionService: reading and steering sessions. */
export function sessionHandlers(parts: SessionHandlersParts): Handlers<typeof SessionService> {
  const { sessions, turns, sessionCollection, turnCollection, clock } = parts;
  const reader: Reader = (key) => sessions.get(key);

  return {
    async getSession({ name }, { principal }) {
      const session = await readable(reader, name, principal);
      if (!session) throw sessionNotFound();
      return { session: sessionMessage(session) };
    },

    async listSessions({ parent, pageSize, pageToken }, { principal }) {
      const assistant = assistantOf(parent);
      const everybody = principal === undefined || principal.scopes.includes(Scope.READ);
      const page = await listPage(sessionCollection, {
        ...(everybody
          ? { index: 'byAssistant', equal: [assistant] }
          : { index: 'byRealm', equal: [assistant, principal.realm] }),
        order: 'descending',
        pageSize: pageSize || DEFAULT_PAGE,
        pageToken,
        filter: everybody ? parent : `${parent}/${principal.realm}`,
      });
      return { sessions: page.documents.map(sessionMessage), nextPageToken: page.nextPageToken };
    },

    async updateSession({ session, updateMask }, { principal }) {
      const name = session?.name ?? '';
      const paths = updateMask?.paths ?? [];
      if (paths.length !== 1 || paths[0] !== 'language')
        throw fieldInvalid('update_mask', 'must name "language", the one field that can be changed');
      const { assistant, session: id } = parseSessionName(name);
      if (!(await readable(reader, name, principal))) {
        if (principal && realmOf(id) !== principal.realm) throw sessionNotOwn();
        await sessions.create(sessionKey({ assistant, session: id }), assistant, realmOf(id), clock.now());
      }
      const updated = await sessions.setLanguage(sessionKey({ assistant, session: id }), session?.language ?? '');
      if (!updated) throw sessionNotFound();
      return { session: sessionMessage(updated) };
    },

    async resetSession({ name }, { principal }) {
      if (!(await readable(reader, name, principal))) throw sessionNotFound();
      const updated = await sessions.beginAnew(sessionKey(parseSessionName(name)), clock.now());
      if (!updated) throw sessionNotFound();
      return { session: sessionMessage(updated) };
    },

    async getTurn({ name }, { principal }) {
      const parsed = parseTurnName(name);
      const turn = maySee(principal, parsed.session) ? await turnCollection.get(turnKey(parsed)) : undefined;
      if (!turn) throw turnNotFound();
      return { turn: turnMessage(turn) };
    },

    async listTurns({ parent, pageSize, pageToken }, { principal }) {
      if (!(await readable(reader, parent, principal))) throw sessionNotFound();
      const page = await listPage(turnCollection, {
        index: 'bySession',
        equal: [sessionKey(parseSessionName(parent))],
        order: 'descending',
        pageSize: pageSize || DEFAULT_PAGE,
        pageToken,
        filter: parent,
      });
      return { turns: page.documents.map(turnMessage), nextPageToken: page.nextPageToken };
    },

    async giveFeedback({ turn: name, feedback }, { principal }) {
      if (!principal) throw principalMissing();
      const parsed = parseTurnName(name);
      if (realmOf(parsed.session) !== principal.realm) throw turnNotFound();
      const key = turnKey(parsed);
      const kept = await turns.giveFeedback(key, principal.subject, givenFeedback(feedback), clock.now());
      const turn = kept ?? (await turns.get(key));
      if (turn?.subject !== principal.subject) throw turnNotFound();
      if (turn.state !== 'finished') throw turnNotFinished();
      return { turn: turnMessage(turn) };
    },
  };
}
