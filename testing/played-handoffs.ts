import { HandoffMessage_Author } from '#gen/otvet/conversation/v1/handoff_pb.ts';
import type { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import type { Handlers } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { decideHandoff, type HandoffEvent, type HandoffRecord, isOpen } from '../services/conversation/handoff.ts';
import { handoffMessage } from '../services/conversation/handoff-message.ts';
import { assistantOf, realmOf } from '../services/conversation/names.ts';

const LIMITS = { waitMs: 30 * 60_000, silenceMs: 2 * 3_600_000 };

interface PlayedMessage {
  readonly session: string;
  readonly number: number;
  readonly operator: { readonly id: string; readonly displayName: string };
  readonly requestId: string;
  readonly text: string;
}

/** HandoffService of conversation, played in memory by its own rules. */
export class PlayedHandoffs {
  /** By the session's name. */
  readonly #records = new Map<string, HandoffRecord>();
  /** What operators said, in order. */
  readonly messages: PlayedMessage[] = [];
  /** Turns that an operator is shown. */
  recent: { readonly question: string; readonly answer: string }[] = [];
  /** How many turns in a row were refused. */
  refused = 0;
  /** Milliseconds that have passed more than the clock says. */
  aheadMs = 0;

  /** Whether people have a session. */
  isOpen(session: string): boolean {
    return isOpen(this.#records.get(session));
  }

  /** Lets something happen to a session as it would elsewhere. */
  apply(session: string, event: HandoffEvent, number = 0): HandoffRecord {
    const before = this.#records.get(session);
    const decision = decideHandoff(before, event, Date.now() + this.aheadMs, LIMITS);
    const isOther = number !== 0 && before !== undefined && number !== before.number;
    if (decision.type === 'refused' || isOther) {
      throw decision.type === 'refused' && decision.why === 'none' ? NOT_FOUND : ENDED;
    }
    this.#records.set(session, decision.handoff);
    return decision.handoff;
  }

  readonly handlers: Handlers<typeof HandoffService> = {
    requestHandoff: async ({ session, requestId, afterRefusals }) => {
      if (!this.isOpen(session) && this.refused < afterRefusals) throw NOT_DUE;
      const reason = afterRefusals > 0 ? 'refusals' : 'asked';
      const handoff = this.apply(session, { type: 'requested', requestId, reason });
      return { handoff: message(session, handoff), recentTurns: this.recent };
    },
    leaveHandoff: async ({ session }) => ({
      handoff: message(session, this.apply(session, { type: 'ended', end: 'by_person' })),
    }),
    getHandoff: async ({ session }) => {
      const handoff = this.#records.get(session);
      if (!handoff) throw NOT_FOUND;
      return { handoff: message(session, handoff) };
    },
    listHandoffs: async () => ({}),
    listHandoffMessages: async ({ parent }) => ({
      messages: this.messages
        .filter(({ session }) => session === parent)
        .map(({ number, ...said }) => ({ ...said, handoffNumber: number, author: HandoffMessage_Author.OPERATOR }))
        .reverse(),
    }),
    takeHandoff: async ({ session, number, operator }) => ({
      handoff: message(session, this.apply(session, { type: 'taken', operator: recordOf(operator) }, number)),
    }),
    endHandoff: async ({ session, number }) => ({
      handoff: message(session, this.apply(session, { type: 'ended', end: 'by_operator' }, number)),
    }),
    sendOperatorMessage: async ({ session, number, operator, text, requestId }) => {
      const by = recordOf(operator);
      const handoff = this.apply(session, { type: 'operator wrote', operator: by }, number);
      const said = { session, number: handoff.number, operator: by, requestId, text };
      if (!this.messages.some((one) => one.requestId === requestId)) this.messages.push(said);
      return { handoff: message(session, handoff) };
    },
  };
}

function message(session: string, handoff: HandoffRecord) {
  const last = session.slice(session.lastIndexOf('/') + 1);
  if (realmOf(last) === '') throw new Error('no realm in the name of a session');
  return handoffMessage(`${assistantOf(session)}/${last}`, handoff);
}

function recordOf(operator: { readonly id: string; readonly displayName: string } | undefined) {
  return { id: operator?.id ?? '', displayName: operator?.displayName ?? '' };
}

function failure(code: 'NOT_FOUND' | 'FAILED_PRECONDITION', reason: string): RpcError {
  return new RpcError({ code, reason, domain: 'conversation.otvet', message: reason });
}

const NOT_FOUND = failure('NOT_FOUND', 'HANDOFF_NOT_FOUND');
const ENDED = failure('FAILED_PRECONDITION', 'HANDOFF_ENDED');
const NOT_DUE = failure('FAILED_PRECONDITION', 'HANDOFF_NOT_DUE');
