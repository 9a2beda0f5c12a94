import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Principal, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import type { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import { listPage } from '#lib/documents/page.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { Handlers } from '#lib/rpc/server.ts';
import type { Erasing } from './erasing.ts';
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
import type { SessionFiles } from './session-files.ts';
import type { SessionRecord, Sessions } from './sessions.ts';
import { givenFeedback, sessionMessage, turnMessage } from './turn-message.ts';
import type { TurnRecord, Turns } from './turns.ts';

export interface SessionHandlersParts {
  readonly sessions: Sessions;
  readonly turns: Pick<Turns, 'get' | 'giveFeedback'>;
  readonly sessionCollection: Collection<SessionRecord>;
  readonly turnCollection: Collection<TurnRecord>;
  readonly files: Pick<SessionFiles, 'attach' | 'remove'>;
  readonly erasing: Pick<Erasing, 'erase'>;
  readonly clock: Clock;
}

const DEFAULT_PAGE = 50;

/** SessionService: reading and steering sessions. */
export function sessionHandlers(parts: SessionHandlersParts): Handlers<typeof SessionService> {
  const { sessions, turns, sessionCollection, turnCollection, files, erasing, clock } = parts;
  const reader: Reader = (key) => sessions.get(key);
  const make = async (name: string, principal: Principal | undefined): Promise<string> => {
    const { assistant, session } = parseSessionName(name);
    const key = sessionKey({ assistant, session });
    if (await readable(reader, name, principal)) return key;
    if (principal && realmOf(session) !== principal.realm) throw sessionNotOwn();
    await sessions.create(key, assistant, realmOf(session), clock.now());
    return key;
  };

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
      const updated = await sessions.setLanguage(await make(name, principal), session?.language ?? '');
      if (!updated) throw sessionNotFound();
      return { session: sessionMessage(updated) };
    },

    async resetSession({ name }, { principal }) {
      const session = await readable(reader, name, principal);
      if (!session) throw sessionNotFound();
      const updated = await sessions.beginAnew(session.key, clock.now());
      if (!updated) throw sessionNotFound();
      await files.remove(session);
      return { session: sessionMessage(updated) };
    },

    async attachFile({ session: name, fileName, content, language }, { principal }) {
      if (!principal) throw principalMissing();
      // Only one's own: a scope to read the sessions of others is none to put files into them.
      if (realmOf(parseSessionName(name).session) !== principal.realm) throw sessionNotOwn();
      const key = await make(name, principal);
      const { passageCount, until } = await files.attach(key, fileName, new Uint8Array(content), language);
      return { passageCount, expireTime: timestampFromMs(until) };
    },

    async deleteSession({ name }, { principal }) {
      if (!principal) throw principalMissing();
      const { assistant, session } = parseSessionName(name);
      if (realmOf(session) !== principal.realm) throw sessionNotFound();
      await erasing.erase(sessionKey({ assistant, session }), principal.subject);
      return {};
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
