import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { takeFeedback } from '../feedback/command.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { retryLast } from './retry.ts';
import { showLastSources } from './sources.ts';

type Command = Extract<Work, { kind: 'command' }>;
type Obey = (desk: Desk, update: InboxUpdate, command: Command, record: DeliveryRecord) => Promise<Delivered>;

/** What is typed where there is no button to press. */
const COMMANDS: ReadonlyMap<string, Obey> = new Map<string, Obey>([
  ['retry', retryLast],
  ['sources', showLastSources],
  ['feedback', takeFeedback],
]);

/** What a command about the last answer does; undefined for other commands. */
export function aboutAnswers(name: string): Obey | undefined {
  return COMMANDS.get(name);
}
