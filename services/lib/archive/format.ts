import type { BlobArchive } from '#lib/blobs/archive.ts';
import type { DocumentArchive } from '#lib/documents/archive.ts';
import type { CollectionSpec, Document } from '#lib/documents/port.ts';

/**
 * What an archive file is made of: lines of JSON in UTF-8, gzipped where the name ends in `.gz`.
 *
 *     {"otvet":"archive","version":1,"created":"...","services":[...]}      what is in it
 *     {"collection":"examples","service":"training","spec":{...}}           then its documents, by key, one on a line
 *     {"document":{...},"outbox":[...],"deleted":true}                      the last two where there is something to say
 *     {"blob":"SHA-256","service":"training","bytes":300000}                then its content
 *     {"chunk":"base64"}
 *     {"collections":[{...,"documents":2,"sha256":"..."}],"blobs":[...],"sha256":"..."}    the trailer: counts and hashes
 *
 * The hash of a collection is that of its documents' lines, each with its line feed; that of a service's blobs is of their names
 * and sizes; the last is of all lines before the trailer.
 */
export const FORMAT_VERSION = 1;

/** One service's stores. */
export interface Part {
  readonly service: string;
  readonly documents: DocumentArchive;
  readonly blobs: BlobArchive;
}

export interface Header {
  readonly otvet: 'archive';
  readonly version: number;
  /** When it was made, in ISO 8601. */
  readonly created: string;
  readonly services: readonly {
    readonly service: string;
    readonly documents: number;
    readonly blobs: number;
  }[];
}

export interface CollectionLine {
  readonly collection: string;
  readonly service: string;
  readonly spec: CollectionSpec<Document>;
}

export interface BlobLine {
  /** Its SHA-256 in hexadecimal, which is its name. */
  readonly blob: string;
  readonly service: string;
  readonly bytes: number;
}

export interface CollectionSum {
  readonly service: string;
  readonly collection: string;
  readonly documents: number;
  readonly sha256: string;
}

export interface BlobSum {
  readonly service: string;
  readonly blobs: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What was in an archive, or in stores, by counts and hashes. */
export interface Sums {
  readonly collections: readonly CollectionSum[];
  readonly blobs: readonly BlobSum[];
}

export interface Trailer extends Sums {
  readonly sha256: string;
}

/** How far a long work has come. */
export interface Progress {
  readonly doing: string;
  readonly documents: number;
  readonly allDocuments: number;
  readonly blobs: number;
  readonly allBlobs: number;
}

export type OnProgress = (progress: Progress) => void;

/** Why an archive cannot be made or taken, in words for the person who asked for it. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}
