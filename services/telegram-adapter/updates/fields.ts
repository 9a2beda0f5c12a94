/** Reads foreign JSON: what is not as expected is as if absent. */

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A whole number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** A text without halves of surrogate pairs; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed() : '';
}

/** What kind of place a chat of a type is; undefined for a channel. */
export function placeOf(type: unknown): 'private' | 'group' | undefined {
  if (type === 'private') return 'private';
  return type === 'group' || type === 'supergroup' ? 'group' : undefined;
}

/** The topic of a message. Threads of replies have numbers too and are no topics. */
export function threadOf(message: unknown): { readonly thread?: number } {
  const isTopic = field(message, 'is_topic_message') === true;
  const thread = isTopic ? numberOf(field(message, 'message_thread_id')) : undefined;
  return thread === undefined ? {} : { thread };
}
