import { create } from '@bufbuild/protobuf';
import { Channel, type Principal, PrincipalSchema, type Scope } from '#gen/otvet/access/v1/access_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Collection, DocumentStore } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { hashOf, newSecret, shownPrefix } from './api-key.ts';

/** An API key as it is stored. The key itself is not. */
export interface KeyRecord {
  /** Time-ordered id; the last part of `apiKeys/{key}`. */
  readonly key: string;
  readonly displayName: string;
  /** The beginning of the secret, to tell keys apart. */
  readonly prefix: string;
  /** SHA-256 of the secret. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
  /** Empty means all. */
  readonly assistants: readonly string[];
  /** True for keys that the gateway made for the machine's own user: see `local-key.ts`. */
  readonly local: boolean;
  readonly createTime: number;
  /** To the minute. */
  readonly lastUseTime?: number;
  readonly revokeTime?: number;
}

export interface NewKey {
  readonly displayName: string;
  readonly scopes: readonly Scope[];
  readonly assistants: readonly string[];
  readonly local: boolean;
}

/** How long a verified key is believed without asking the store: less than the second within which revoking counts. */
const BELIEVED_MS = 800;
const BELIEVED_KEYS = 10_000;
const MINUTE_MS = 60_000;

/** The API keys of this deployment. */
export class Keys {
  readonly records: Collection<KeyRecord & { key: string }>;
  private readonly clock: Clock;
  private readonly ids: Ids;
  private readonly log: Logger;
  private readonly believed = new Map<string, { readonly principal: Principal | undefined; readonly until: number }>();
  private readonly principals = new Map<string, Principal>();
  private readonly usedMinutes = new Map<string, number>();
  private readonly writing = new Set<Promise<unknown>>();

  constructor(store: DocumentStore, parts: { clock: Clock; ids: Ids; log: Logger }) {
    this.records = store.collection<KeyRecord>({
      name: 'apiKeys',
      indexes: [
        { name: 'hash', paths: ['hash'], unique: true },
        { name: 'local', paths: ['local', 'createTime'] },
      ],
    });
    this.clock = parts.clock;
    this.ids = parts.ids;
    this.log = parts.log;
  }

  /** Makes a key. The secret is given here and nowhere else. */
  async make(wanted: NewKey): Promise<{ record: KeyRecord; secret: string }> {
    const secret = newSecret(this.ids);
    const record = await this.adopt(secret, wanted);
    if (record === undefined) throw new Error('a random key exists already');
    return { record, secret };
  }

  /** Takes a secret that was made elsewhere as a key. Undefined where it is one already. */
  async adopt(secret: string, wanted: NewKey): Promise<KeyRecord | undefined> {
    const now = this.clock.now();
    const record: KeyRecord = {
      key: this.ids.ordered(now),
      displayName: wanted.displayName,
      prefix: shownPrefix(secret),
      hash: hashOf(secret),
      scopes: wanted.scopes,
      assistants: wanted.assistants,
      local: wanted.local,
      createTime: now,
    };
    return (await this.records.insert(record)).ok ? record : undefined;
  }

  /** The newest keys that were made for the machine's own user, revoked ones too; there is one, unless starts were cut off. */
  async local(): Promise<readonly KeyRecord[]> {
    const { documents } = await this.records.find({ index: 'local', equal: [true], order: 'descending', limit: 1_000 });
    return documents;
  }

  /** Makes a key useless; again is no error. Undefined where there is no such key. */
  async revoke(key: string): Promise<KeyRecord | undefined> {
    const now = this.clock.now();
    const revoked = await this.records.update(key, { revokeTime: { exists: false } }, { set: { revokeTime: now } });
    this.believed.clear();
    return revoked.ok ? revoked.document : this.records.get(key);
  }

  /** The record of a secret, revoked or not. */
  async find(secret: string): Promise<KeyRecord | undefined> {
    const { documents } = await this.records.find({ index: 'hash', equal: [hashOf(secret)], limit: 1 });
    return documents[0];
  }

  /** On whose behalf the holder of a secret calls. Undefined for keys that are not known or revoked. */
  async principalOf(secret: string): Promise<Principal | undefined> {
    const hash = hashOf(secret);
    const now = this.clock.now();
    const known = this.believed.get(hash);
    if (known !== undefined && known.until > now) return known.principal;
    const record = await this.find(secret);
    const principal = record === undefined || record.revokeTime !== undefined ? undefined : this.principalFor(record);
    if (this.believed.size >= BELIEVED_KEYS) this.believed.clear();
    this.believed.set(hash, { principal, until: now + BELIEVED_MS });
    if (record !== undefined && principal !== undefined) this.noteUse(record, now);
    return principal;
  }

  /** Waits for what is still being written. */
  async settle(): Promise<void> {
    await Promise.all(this.writing);
  }

  /** The same object for the same key: the way to the services remembers its bytes. Scopes of a key never change. */
  private principalFor(record: KeyRecord): Principal {
    const known = this.principals.get(record.key);
    if (known !== undefined) return known;
    const principal = create(PrincipalSchema, {
      channel: Channel.API,
      realm: `key-${record.key}`,
      scopes: [...record.scopes],
      assistants: [...record.assistants],
    });
    if (this.principals.size >= BELIEVED_KEYS) this.principals.clear();
    this.principals.set(record.key, principal);
    return principal;
  }

  /** Writes the time of use, at most once a minute, while the call goes on. */
  private noteUse(record: KeyRecord, now: number): void {
    const minute = now - (now % MINUTE_MS);
    const noted = this.usedMinutes.get(record.key) ?? record.lastUseTime ?? 0;
    if (noted >= minute) return;
    this.usedMinutes.set(record.key, minute);
    const write = this.records
      .update(record.key, {}, { max: { lastUseTime: minute } })
      .catch((err: unknown) => this.log.warn({ err }, 'the last use of a key could not be written'))
      .finally(() => this.writing.delete(write));
    this.writing.add(write);
  }
}
