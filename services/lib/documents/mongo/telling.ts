import type { Clause } from '#lib/documents/mongo/where.ts';
import type { OutboxEntry } from '#lib/documents/port.ts';

/** Updates as pipelines, for what depends on what a document has to tell already. */

/** What is left of a deleted document. */
export function tombstone(outbox: readonly OutboxEntry[]): Clause {
  const told = outbox.length === 0 ? '$_out' : concatenated(outbox);
  return { $replaceWith: { _id: '$_id', _gone: true, _out: told } };
}

function concatenated(outbox: readonly OutboxEntry[]): Clause {
  return { $concatArrays: [{ $ifNull: ['$_out', []] }, { $literal: outbox }] };
}

/** Another document in the place of one that is there no more, behind what that one has to tell. */
export function inPlaceOf(fields: object, outbox: readonly OutboxEntry[]): Clause {
  const told = { $cond: [{ $eq: [concatenated(outbox), []] }, '$$REMOVE', concatenated(outbox)] };
  return { $replaceWith: { $mergeObjects: [{ $literal: fields }, { _out: told }] } };
}

/** Without these entries; without an outbox when it is empty then. */
export function without(entryIds: readonly string[]): Clause[] {
  const rest = { $filter: { input: '$_out', cond: { $not: { $in: ['$$this.id', { $literal: entryIds }] } } } };
  const emptied = { $cond: [{ $eq: ['$_out', []] }, '$$REMOVE', '$_out'] };
  return [{ $set: { _out: rest } }, { $set: { _out: emptied } }];
}
