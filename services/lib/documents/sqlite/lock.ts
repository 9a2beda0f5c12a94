import { accessSync, chmodSync, closeSync, constants, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { makeFolder } from '#lib/folders.ts';

/**
 * Holds a store's file for this process alone until it is disposed of, or the process ends in any way. The lock is
 * SQLite's own on an empty file beside the store: Node offers no other that the system itself releases.
 */
export class StoreLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Makes the folder (0700) and the store's file (0600) where missing. Throws `StoreUnavailable`. */
  static take(file: string): StoreLock {
    prepare(file);
    prepare(`${file}.lock`);
    const database = new DatabaseSync(`${file}.lock`, { timeout: 0 });
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      throw new StoreUnavailable(
        `the data folder ${dirname(file)} is in use by another Otvet; stop that one, or set OTVET_DATA_DIR to another folder`,
        { cause: error },
      );
    }
    return new StoreLock(database);
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function prepare(file: string): void {
  try {
    makeFolder(dirname(file));
    create(file);
    accessSync(file, constants.R_OK | constants.W_OK);
    chmodSync(file, 0o600);
  } catch (error) {
    throw new StoreUnavailable(
      `cannot write ${file} (${(error as NodeJS.ErrnoException).code}); make the folder writable, or set OTVET_DATA_DIR to another`,
      { cause: error },
    );
  }
}

/** Opens only what is not there yet: closing any descriptor of a file would drop the locks that this process has on it. */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
