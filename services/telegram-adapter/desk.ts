import { create } from '@bufbuild/protobuf';
import { Channel, type Principal, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import type { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Ids } from '#lib/ids.ts';
import type { Client } from '#lib/rpc/client.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Offers } from './answering/answer-keyboard.ts';
import type { Pace } from './answering/pace.ts';
import type { Assistants } from './assistants.ts';
import type { Backlog } from './backlog.ts';
import type { Groups } from './groups/groups.ts';
import type { Owners } from './groups/owners.ts';
import type { Operators } from './handoff/operators.ts';
import type { Lanes } from './lanes.ts';
import type { TelegramMetrics } from './metrics.ts';
import type { People } from './people.ts';
import type { StoreHealth } from './replicas/store-health.ts';
import type { Access } from './rules/access.ts';
import type { Floods } from './rules/floods.ts';
import type { Rate } from './rules/rate.ts';
import type { Stops } from './stops.ts';
import type { TelegramClient } from './telegram/client.ts';
import type { Inbox } from './updates/inbox.ts';
import { type Said, sessionIdOf, type Where } from './updates/update.ts';

/** What is needed to answer people for one bot. */
export interface Desk {
  /** Telegram's number of the bot. */
  readonly bot: string;
  readonly client: TelegramClient;
  readonly inbox: Inbox;
  readonly people: People;
  readonly groups: Groups;
  readonly owners: Owners;
  readonly access: Access;
  readonly rate: Rate;
  readonly floods: Floods;
  readonly keywords: readonly string[];
  readonly operators: Operators;
  readonly backlog: Backlog;
  readonly lanes: Lanes;
  readonly assistants: Assistants;
  readonly conversation: Pick<Client<typeof ConversationService>, 'ask' | 'stopTurns' | 'transcribe'>;
  readonly sessions: Pick<
    Client<typeof SessionService>,
    'resetSession' | 'deleteSession' | 'getTurn' | 'giveFeedback' | 'attachFile'
  >;
  readonly stops: Stops;
  readonly health: StoreHealth;
  readonly metrics: TelegramMetrics;
  readonly log: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly pace: Pace;
  readonly groupPace: Pace;
  /** Whether people in groups are asked what they think of an answer. */
  readonly groupFeedback: boolean;
  /** Aborts when the service stops, or the right to the work at hand is lost. */
  readonly signal: AbortSignal;
}

/** The person on whose behalf conversation is asked. */
export function principalOf(bot: string, user: number, assistant: string): Principal {
  return create(PrincipalSchema, {
    channel: Channel.TELEGRAM,
    realm: realmOf(bot),
    subject: String(user),
    scopes: [Scope.ASK],
    assistants: [assistant],
  });
}

/** The name of the session in a chat, or in one topic of it. */
export function sessionOf(bot: string, where: Where, assistant: string): string {
  return `${assistant}/sessions/${realmOf(bot)}.${sessionIdOf(where)}`;
}

/** What is offered below answers. */
export function offersOf({ groupFeedback, operators }: Pick<Desk, 'groupFeedback' | 'operators'>): Offers {
  return { inGroups: groupFeedback, people: operators.group !== undefined };
}

/** How the chat bears what grows. */
export function paceOf(desk: Pick<Desk, 'pace' | 'groupPace'>, { place }: Pick<Said, 'place'>): Pace {
  return place === 'group' ? desk.groupPace : desk.pace;
}

function realmOf(bot: string): string {
  return `telegram-${bot}`;
}
