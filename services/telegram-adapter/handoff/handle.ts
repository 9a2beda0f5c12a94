import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { hearOperator } from './hear-operator.ts';
import { tellOperators } from './operators-side.ts';
import { tellPerson } from './person.ts';
import type { HandoffWork } from './work.ts';

/** Does a piece of work for a session that people have. What fails is tried again later: nobody waits for an apology here. */
export function handleHandoff(
  desk: Desk,
  update: InboxUpdate,
  work: HandoffWork,
  record: DeliveryRecord,
): Promise<Delivered> {
  switch (work.kind) {
    case 'operator':
      return hearOperator(desk, update, work, record);
    case 'toPerson':
      return tellPerson(desk, update, work, record);
    case 'toOperators':
      return tellOperators(desk, work, record);
  }
}
