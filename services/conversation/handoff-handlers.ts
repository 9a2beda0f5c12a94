import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import type { Operator } from '#gen/otvet/conversation/v1/handoff_pb.ts';
import type { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import { listPage } from '#lib/documents/page.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { Handlers } from '#lib/rpc/server.ts';
import {
  handoffEnded,
  handoffNotDue,
  handoffNotFound,
  principalMissing,
  requestIdReused,
  sessionNotFound,
} from './failures.ts';
import { type HandoffEvent, isOpen, type OperatorRecord } from './handoff.ts';
import { handoffMessage, saidMessage } from './handoff-message.ts';
import type { HandoffMessageRecord, HandoffMessages } from './handoff-messages.ts';
import type { Handoffs } from './handoffs.ts';
import { assistantOf, parseSessionName, realmOf, sessionKey } from './names.ts';
import { maySee } from './session-access.ts';
import type { SessionRecord, Sessions } from './sessions.ts';
import { turnMessage } from './turn-message.ts';
import type { TurnRecord, Turns } from './turns.ts';

export interface HandoffHandlersParts {
  readonly handoffs: Handoffs;
  readonly messages: HandoffMessages;
  readonly sessions: Pick<Sessions, 'get' | 'create'>;
  readonly turns: Pick<Turns, 'recent'>;
  readonly sessionCollection: Collection<SessionRecord>;
  readonly messageCollection: Collection<HandoffMessageRecord>;
  readonly clock: Clock;
}

const DEFAULT_PAGE = 50;
/** Turns that an operator is shown. */
const RECENT_TURNS = 6;

/** HandoffService: sessions that people take over. */
export function handoffHandlers(parts: HandoffHandlersParts): Handlers<typeof HandoffService> {
  const { handoffs, messages, sessions, sessionCollection, messageCollection, clock } = parts;

  /** The handoff after an event. Throws HANDOFF_NOT_FOUND, HANDOFF_ENDED. */
  const after = async (session: string, event: HandoffEvent, number = 0) => {
    const applied = await handoffs.apply(session, event, number);
    if (applied.type === 'is') return applied.handoff;
    throw applied.why === 'ended' ? handoffEnded() : handoffNotFound();
  };

  return {
    async requestHandoff({ session: name, requestId, afterRefusals }, { principal }) {
      const key = own(name, principal);
      const { assistant, session } = parseSessionName(name);
      const record = await sessions.get(key);
      const refused = await refusedTurns(parts.turns, record, afterRefusals);
      if (!isOpen(record?.handoff) && refused < afterRefusals) throw handoffNotDue();
      if (!record) await sessions.create(key, assistant, realmOf(session), clock.now());
      const reason = afterRefusals > 0 ? 'refusals' : 'asked';
      const handoff = await after(key, { type: 'requested', requestId, reason });
      const recent = await parts.turns.recent(key, record?.contextSince || 1, RECENT_TURNS);
      const toBot = recent.filter(({ conclusion }) => conclusion?.outcome !== 'handed_over').reverse();
      return { handoff: handoffMessage(key, handoff), recentTurns: toBot.map(turnMessage) };
    },

    async leaveHandoff({ session }, { principal }) {
      const key = own(session, principal);
      return { handoff: handoffMessage(key, await after(key, { type: 'ended', end: 'by_person' })) };
    },

    async getHandoff({ session }, { principal }) {
      const key = seen(session, principal);
      const handoff = await handoffs.last(key);
      if (!handoff) throw handoffNotFound();
      return { handoff: handoffMessage(key, handoff) };
    },

    async listHandoffMessages({ parent, pageSize, pageToken }, { principal }) {
      const page = await listPage(messageCollection, {
        index: 'bySession',
        equal: [seen(parent, principal)],
        order: 'descending',
        pageSize: pageSize || DEFAULT_PAGE,
        pageToken,
        filter: parent,
      });
      return { messages: page.documents.map(saidMessage), nextPageToken: page.nextPageToken };
    },

    async listHandoffs({ parent, pageSize, pageToken }) {
      const page = await listPage(sessionCollection, {
        index: 'openHandoffs',
        equal: [assistantOf(parent)],
        range: { gt: 0 },
        pageSize: pageSize || DEFAULT_PAGE,
        pageToken,
        filter: parent,
      });
      const open = page.documents.flatMap(({ key, handoff }) => (handoff ? [handoffMessage(key, handoff)] : []));
      return { handoffs: open, nextPageToken: page.nextPageToken };
    },

    async takeHandoff({ session, number, operator }) {
      const key = sessionKey(parseSessionName(session));
      const handoff = await after(key, { type: 'taken', operator: recordOf(operator) }, number);
      return { handoff: handoffMessage(key, handoff) };
    },

    async endHandoff({ session, number }) {
      const key = sessionKey(parseSessionName(session));
      const handoff = await after(key, { type: 'ended', end: 'by_operator' }, number);
      return { handoff: handoffMessage(key, handoff) };
    },

    async sendOperatorMessage({ session, number, operator, text, requestId }) {
      const key = sessionKey(parseSessionName(session));
      const by = recordOf(operator);
      // Once it is said it stays said, whatever became of the handoff.
      const said = await messages.sent({ session: key, requestId });
      if (said) {
        if (said.text !== text || (number !== 0 && said.number !== number)) throw requestIdReused();
        const handoff = await handoffs.last(key);
        return { ...(handoff ? { handoff: handoffMessage(key, handoff) } : {}), message: saidMessage(said) };
      }
      const handoff = await after(key, { type: 'operator wrote', operator: by }, number);
      const words = { session: key, number: handoff.number, operator: by, requestId, text };
      const message = await messages.ofOperator(words, clock.now());
      return { handoff: handoffMessage(key, handoff), message: saidMessage(message) };
    },
  };
}

/** How many finished turns in a row, up to now, were refused; at most `most`. */
async function refusedTurns(
  turns: Pick<Turns, 'recent'>,
  session: SessionRecord | undefined,
  most: number,
): Promise<number> {
  if (!session || most === 0) return 0;
  const recent: readonly TurnRecord[] = await turns.recent(session.key, session.contextSince || 1, most);
  const other = recent.findIndex(({ conclusion }) => conclusion?.outcome !== 'refused');
  return other === -1 ? recent.length : other;
}

/** The key of a session that a principal may hand over: its own. */
function own(name: string, principal: Principal | undefined): string {
  if (!principal) throw principalMissing();
  const parsed = parseSessionName(name);
  if (realmOf(parsed.session) !== principal.realm) throw sessionNotFound();
  return sessionKey(parsed);
}

/** The key of a session that a principal may know of. */
function seen(name: string, principal: Principal | undefined): string {
  const parsed = parseSessionName(name);
  if (!maySee(principal, parsed.session)) throw sessionNotFound();
  return sessionKey(parsed);
}

function recordOf(operator: Operator | undefined): OperatorRecord {
  return { id: operator?.id ?? '', displayName: operator?.displayName.trim() ?? '' };
}
