import { createHash, type Hash } from 'node:crypto';
import type { BlobSum, CollectionSum } from '#lib/archive/format.ts';

/** Counts and hashes the documents of one collection, by their lines. */
export class CollectionCount {
  readonly #service: string;
  readonly #collection: string;
  readonly #hash: Hash = createHash('sha256');
  #documents = 0;

  constructor(service: string, collection: string) {
    this.#service = service;
    this.#collection = collection;
  }

  add(line: string): void {
    this.#hash.update(line).update('\n');
    this.#documents++;
  }

  sum(): CollectionSum {
    const sha256 = this.#hash.copy().digest('hex');
    return { service: this.#service, collection: this.#collection, documents: this.#documents, sha256 };
  }
}

/** Counts and hashes the blobs of one service, by their names and sizes: a name is the hash of the content. */
export class BlobCount {
  readonly #service: string;
  readonly #hash: Hash = createHash('sha256');
  #blobs = 0;
  #bytes = 0;

  constructor(service: string) {
    this.#service = service;
  }

  add(name: string, bytes: number): void {
    this.#hash.update(`${name} ${bytes}\n`);
    this.#blobs++;
    this.#bytes += bytes;
  }

  sum(): BlobSum {
    const sha256 = this.#hash.copy().digest('hex');
    return { service: this.#service, blobs: this.#blobs, bytes: this.#bytes, sha256 };
  }
}
