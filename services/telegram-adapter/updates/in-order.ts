import { field, numberOf } from './fields.ts';

/**
 * Accepts updates: those of one chat one after the other, and none behind one that could not be accepted, so that what was said first is
 * never overtaken by what was said later; those of different chats at the same time. Updates that were not tried have no result.
 */
export async function acceptInOrder<T>(
  updates: readonly unknown[],
  accept: (update: unknown) => Promise<T>,
): Promise<readonly PromiseSettledResult<T>[]> {
  const chats = Map.groupBy(updates, (update) => chatOf(update) ?? Symbol());
  const results = await Promise.all([...chats.values()].map((ofChat) => acceptEach(ofChat, accept)));
  return results.flat();
}

async function acceptEach<T>(updates: readonly unknown[], accept: (update: unknown) => Promise<T>) {
  const results: PromiseSettledResult<T>[] = [];
  for (const update of updates) {
    const [result] = await Promise.allSettled([accept(update)]);
    results.push(result);
    if (result.status === 'rejected') break;
  }
  return results;
}

/** The chat that an update is about, whatever its kind; undefined where none is named. */
function chatOf(update: unknown): number | undefined {
  if (typeof update !== 'object' || update === null) return undefined;
  for (const content of Object.values(update)) {
    const chat = field(content, 'chat') ?? field(field(content, 'message'), 'chat');
    const id = numberOf(field(chat, 'id'));
    if (id !== undefined) return id;
  }
  return undefined;
}
