import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';
import type { Lease } from './leases.ts';

export type ImportState = 'reading' | 'training' | 'released' | 'failed';

/** An import as stored. Its key is `{assistant}/{import}`; ids order by time. */
export interface ImportRecord extends Document {
  readonly assistant: string;
  readonly dataset: string;
  readonly file: string;
  readonly fileSha256: string;
  /** The blob that holds the file until it has been read. */
  readonly blob?: string;
  /** Of the file, in bytes. */
  readonly fileSize: number;
  /** The language that the owner named; '' where each row tells. */
  readonly locale: string;
  /** The assistant's first language: decides where a row leaves its language open. */
  readonly localeHint: string;
  readonly state: ImportState;
  readonly rowCount: number;
  readonly acceptedCount: number;
  readonly rejectedCount: number;
  /** The first 100. */
  readonly rejectedRows: readonly RejectedRow[];
  readonly progressPercent: number;
  readonly createTime: number;
  /** When its rows were all stored: from here on it waits for a run. */
  readonly readTime?: number;
  readonly finishTime?: number;
  /** The last part of the release's name. */
  readonly release?: string;
  readonly failure?: { readonly reason: string; readonly message: string };
  /** The caller's realm, the assistant and the request_id; absent where none was given. */
  readonly request?: string;
  readonly requestHash: string;
  /** Who reads it. */
  readonly lease?: Lease;
}

export type RejectedRow = {
  readonly row: number;
  readonly reason: string;
};

/** `state` and `assistantState`: what is under way, by id, that is by time. `request`: what a repeated request made. */
export function importsIn(store: DocumentStore): Collection<ImportRecord> {
  return store.collection<ImportRecord>({
    name: 'imports',
    indexes: [
      { name: 'state', paths: ['state'] },
      { name: 'assistantState', paths: ['assistant', 'state'] },
      { name: 'request', paths: ['request'], unique: true },
    ],
  });
}
