import type { Item } from '#lib/material/items.ts';
import type { ImportRecord, RejectedRow } from './imports.ts';

/** How many rejected rows are kept with their reasons; all are counted. */
export const KEPT_REJECTIONS = 100;

/** The part of an import's record that tells how far it is. */
export type ReadCounts = Pick<
  ImportRecord,
  'rowCount' | 'acceptedCount' | 'rejectedCount' | 'rejectedRows' | 'progressPercent'
>;

export const NOTHING_READ: ReadCounts = {
  rowCount: 0,
  acceptedCount: 0,
  rejectedCount: 0,
  rejectedRows: [],
  progressPercent: 0,
};

/** The counts after more items: a row is an example, a rejected row or a document; passages are parts of one. */
export function countItems(
  before: ReadCounts,
  items: readonly Item[],
  bytesRead: number,
  fileSize: number,
): ReadCounts {
  let accepted = 0;
  const rejections: RejectedRow[] = [];
  for (const item of items) {
    if (item.kind === 'rejected') rejections.push({ row: item.row, reason: item.reason });
    else if (item.kind !== 'passage') accepted++;
  }
  const read = fileSize === 0 ? 0 : Math.floor((100 * bytesRead) / fileSize);
  return {
    rowCount: before.rowCount + accepted + rejections.length,
    acceptedCount: before.acceptedCount + accepted,
    rejectedCount: before.rejectedCount + rejections.length,
    rejectedRows: [...before.rejectedRows, ...rejections].slice(0, KEPT_REJECTIONS),
    progressPercent: Math.max(before.progressPercent, Math.min(99, read)),
  };
}
