import type { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import type { Client } from '#lib/rpc/client.ts';
import type { Contacts } from './contacts.ts';

/** The people who take sessions over from one bot. */
export interface Operators {
  /** Telegram's number of their group, a forum in which the bot may manage topics; undefined: nobody takes over. */
  readonly group: number | undefined;
  /** After how many refusals in a row a session is handed over unasked; 0: never. */
  readonly afterRefusals: number;
  readonly contacts: Contacts;
  readonly handoffs: Pick<
    Client<typeof HandoffService>,
    | 'requestHandoff'
    | 'leaveHandoff'
    | 'getHandoff'
    | 'takeHandoff'
    | 'endHandoff'
    | 'sendOperatorMessage'
    | 'listHandoffMessages'
  >;
}
