import { StoreUnavailable } from '#lib/documents/port.ts';
import { openForReading, openForWriting } from '#lib/documents/sqlite/connection.ts';
import { StoreLock } from '#lib/documents/sqlite/lock.ts';

/** What became of opening a store's file. */
export type Opened =
  | { readonly state: 'whole' | 'held' | 'late' }
  | { readonly state: 'damaged' | 'refused'; readonly says: string };

const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** Opens a store's file as its service does, and has SQLite look for damage. */
export function quickCheck(file: string): Opened {
  try {
    using _lock = StoreLock.take(file);
    openForWriting(file).close();
    const database = openForReading(file);
    try {
      const rows = database.prepare('PRAGMA quick_check(1)').all();
      const says = String(rows[0]?.quick_check);
      return says === 'ok' ? { state: 'whole' } : { state: 'damaged', says: says.replaceAll('\n', ' ').slice(0, 120) };
    } finally {
      database.close();
    }
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    if (error instanceof StoreUnavailable && / in use by /.test(message)) return { state: 'held' };
    if (errcode === CORRUPT || errcode === NOT_A_DATABASE) return { state: 'damaged', says: message.slice(0, 120) };
    return { state: 'refused', says: message.slice(0, 300) };
  }
}
