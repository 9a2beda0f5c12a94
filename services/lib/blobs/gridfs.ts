import {
  type Collection,
  type Db,
  GridFSBucket,
  type GridFSChunk,
  type GridFSFile,
  MongoGridFSChunkError,
  ObjectId,
} from 'mongodb';
import type { BlobArchive } from '#lib/blobs/archive.ts';
import { CHUNK_BYTES, checkName, hashOf, verified } from '#lib/blobs/contents.ts';
import { BlobCorrupt, BlobMissing, type OpenedBlobs } from '#lib/blobs/port.ts';
import type { Clock } from '#lib/clock.ts';
import { type Connected, connectMongo, type MongoOptions, reachMongo } from '#lib/documents/mongo/client.ts';
import { failureOf, unavailable } from '#lib/documents/mongo/failures.ts';

const BUCKET = 'blobs';
/** Chunks of no file that are older than this were left by a process that died: no upload takes so long. */
const UNFINISHED_MS = 3_600_000;
/** How often a put begins anew when others put or remove the same bytes meanwhile. */
const ATTEMPTS = 5;

export interface GridFsOptions extends MongoOptions {
  readonly clock: Clock;
}

/**
 * Blobs in GridFS, in the bucket `blobs` of the service's database. Waits for a MongoDB that is not there. Drops what uploads left
 * that were cut short. Rejects with `StoreUnavailable` for a URL that cannot be used.
 */
export function openGridFsBlobs(options: GridFsOptions): Promise<OpenedBlobs> {
  return connectMongo(options, async (connected) => {
    const blobs = new GridFsBlobs(connected);
    await blobs.prepare(options.clock.now());
    return blobs;
  });
}

/** All blobs of a service's database, for moving them elsewhere. Rejects with `StoreUnavailable` where it cannot be reached. */
export function openGridFsArchive(options: GridFsOptions): Promise<BlobArchive & AsyncDisposable> {
  return reachMongo(options, async (connected) => {
    const blobs = new GridFsBlobs(connected);
    let prepared: Promise<void> | undefined;
    return {
      names: () => blobs.names(),
      async open() {
        prepared ??= blobs.prepare(options.clock.now());
        await prepared;
        return blobs;
      },
      [Symbol.asyncDispose]: () => blobs[Symbol.asyncDispose](),
    };
  });
}

/**
 * A file's document is written after its chunks and makes it visible at once; its name, the hash, is unique. Each upload has an id of
 * its own, so that several of the same bytes do not meet before that.
 */
class GridFsBlobs implements OpenedBlobs {
  readonly #connected: Connected;
  readonly #bucket: GridFSBucket;
  readonly #files: Collection<GridFSFile>;
  readonly #chunks: Collection<GridFSChunk>;

  constructor(connected: Connected) {
    const database: Db = connected.client.db(connected.database);
    this.#connected = connected;
    this.#bucket = new GridFSBucket(database, { bucketName: BUCKET, chunkSizeBytes: CHUNK_BYTES });
    this.#files = database.collection<GridFSFile>(`${BUCKET}.files`);
    this.#chunks = database.collection<GridFSChunk>(`${BUCKET}.chunks`);
  }

  /** Makes the indexes and drops unfinished uploads. */
  async prepare(now: number): Promise<void> {
    await this.#files.createIndex({ filename: 1 }, { name: 'filename', unique: true });
    await this.#chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
    const newest = ObjectId.createFromTime(Math.floor((now - UNFINISHED_MS) / 1_000));
    const uploads: ObjectId[] = await this.#chunks.distinct('files_id', { files_id: { $lt: newest } });
    if (uploads.length === 0) return;
    const finished = await this.#files.find({}, { projection: { _id: 1 } }).toArray();
    const kept = new Set(finished.map(({ _id }) => _id.toHexString()));
    const unfinished = uploads.filter((id) => !kept.has(id.toHexString()));
    if (unfinished.length > 0) await this.#chunks.deleteMany({ files_id: { $in: unfinished } });
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = await hashOf(bytes);
    for (let attempt = 1; ; attempt++) {
      try {
        if (!(await this.#isWhole(sha256, bytes.length))) await this.#upload(sha256, bytes);
        return sha256;
      } catch (error) {
        if (failureOf(error).kind !== 'unique' || attempt === ATTEMPTS) throw this.#unavailable(error);
      }
    }
  }

  read(sha256: string): AsyncIterable<Uint8Array> {
    return verified(this.#read(sha256), sha256);
  }

  async size(sha256: string): Promise<number | undefined> {
    return (await this.#find(sha256))?.length;
  }

  async remove(sha256: string): Promise<void> {
    const file = await this.#find(sha256);
    if (file !== undefined) await this.#drop(file._id);
  }

  /** The names of all, in their order. */
  async names(): Promise<readonly string[]> {
    try {
      const files = await this.#files.find({}, { projection: { filename: 1 }, sort: { filename: 1 } }).toArray();
      return files.map(({ filename }) => filename);
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connected.client.close();
  }

  async #find(sha256: string): Promise<GridFSFile | undefined> {
    checkName(sha256);
    try {
      return (await this.#files.findOne({ filename: sha256 })) ?? undefined;
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  /** What has lost chunks is dropped, to be put again. */
  async #isWhole(sha256: string, bytes: number): Promise<boolean> {
    const file = await this.#find(sha256);
    if (file === undefined) return false;
    const chunks = await this.#chunks.countDocuments({ files_id: file._id });
    if (file.length === bytes && chunks === Math.ceil(bytes / CHUNK_BYTES)) return true;
    await this.#drop(file._id);
    return false;
  }

  async #upload(sha256: string, bytes: Uint8Array): Promise<void> {
    const upload = this.#bucket.openUploadStream(sha256);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    upload.once('error', reject).once('finish', resolve);
    upload.end(bytes);
    try {
      await promise;
    } catch (error) {
      // Best effort: what stays is dropped at a later start.
      await this.#chunks.deleteMany({ files_id: upload.id }).catch(() => undefined);
      throw error;
    }
  }

  async *#read(sha256: string): AsyncGenerator<Uint8Array> {
    const file = await this.#find(sha256);
    if (file === undefined) throw new BlobMissing(sha256);
    try {
      yield* this.#bucket.openDownloadStream(file._id);
    } catch (error) {
      if (error instanceof MongoGridFSChunkError) throw new BlobCorrupt(sha256, { cause: error });
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new BlobMissing(sha256, { cause: error });
      throw this.#unavailable(error);
    }
  }

  /** The file's document goes first, so that nobody finds half a blob. */
  async #drop(id: ObjectId): Promise<void> {
    try {
      await this.#files.deleteOne({ _id: id });
      await this.#chunks.deleteMany({ files_id: id });
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  #unavailable(error: unknown): unknown {
    return unavailable(error, this.#connected.hosts);
  }
}
