import type { Collection, Condition, Document, DocumentStore } from '#lib/documents/port.ts';

/** A bot that was added at run time. Its secrets are sealed, each about the bot and what it is. */
export interface BotRecord extends Document {
  /** Telegram's number of the bot. */
  readonly key: string;
  /** Without `@`; empty where Telegram could not be asked when it was added. */
  readonly username: string;
  /** `assistants/{assistant}` */
  readonly assistant: string;
  readonly sealedToken: string;
  /** What Telegram proves itself with at the webhook. */
  readonly sealedSecret: string;
  /** Another one each time the bot is added. */
  readonly life: string;
  /** Another one after each change. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  /** The caller's realm and request_id; absent where none was given. */
  readonly request?: string;
  /** The assistant of that request. */
  readonly requestedAssistant: string;
  /** When it was removed, milliseconds since the epoch: it is there until its webhook is removed, and no longer than this tells. */
  readonly removedAt?: number;
  readonly expireAt?: number;
}

/** How long the token of a removed bot is kept at most, while Telegram cannot be told to remove its webhook. */
const REMOVAL_MS = 3_600_000;

/** What became of adding a bot. */
export type Added = 'added' | 'bot exists' | 'request exists';

/** The bots that were added at run time, as all replicas see them. Every call rejects with `StoreUnavailable`. */
export class BotRegistry {
  readonly #bots: Collection<BotRecord>;

  constructor(store: DocumentStore) {
    this.#bots = store.collection<BotRecord>({
      name: 'bots',
      indexes: [{ name: 'request', paths: ['request'], unique: true }],
      expiry: 'expireAt',
    });
  }

  /** All, those that are being removed too. */
  async all(): Promise<readonly BotRecord[]> {
    const all: BotRecord[] = [];
    for (let after: string | undefined; ; ) {
      const query = { index: 'key', limit: 500 };
      const page = await this.#bots.find(after === undefined ? query : { ...query, after });
      all.push(...page.documents);
      if (page.next === undefined) return all;
      after = page.next;
    }
  }

  /** A bot that is not being removed. */
  async get(key: string): Promise<BotRecord | undefined> {
    const found = await this.#bots.get(key);
    return found?.removedAt === undefined ? found : undefined;
  }

  async add(record: BotRecord): Promise<Added> {
    const inserted = await this.#bots.insert(record);
    if (inserted.ok) return 'added';
    if (inserted.index === 'request') return 'request exists';
    const { key, ...set } = record;
    const again = { set, unset: ['removedAt', 'expireAt', ...(record.request === undefined ? ['request'] : [])] };
    const added = await this.#bots.update(key, { removedAt: { exists: true } }, again);
    if (added.ok) return 'added';
    return added.reason === 'duplicate' ? 'request exists' : 'bot exists';
  }

  /** The bot after the change; undefined where it is not there, or not as `etag` (empty: any) says. */
  async assign(key: string, etag: string, assistant: string, next: string): Promise<BotRecord | undefined> {
    const changed = await this.#bots.update(key, asOf(etag), { set: { assistant, etag: next } });
    return changed.ok ? changed.document : undefined;
  }

  /** Removes a bot for everybody but who removes its webhook. False where it is not there, or not as `etag` says. */
  async remove(key: string, etag: string, now: number): Promise<boolean> {
    const change = { set: { removedAt: now, expireAt: now + REMOVAL_MS }, unset: ['request'] };
    return (await this.#bots.update(key, asOf(etag), change)).ok;
  }

  /** Forgets the token of a bot that was removed, and all else that was known of it here. */
  async forget({ key, life }: BotRecord): Promise<void> {
    await this.#bots.delete(key, { life: { eq: life }, removedAt: { exists: true } });
  }

  /** Puts what the newest key sealed in place of what an older one sealed. */
  async reseal({ key, life }: BotRecord, sealedToken: string, sealedSecret: string): Promise<void> {
    await this.#bots.update(key, { life: { eq: life } }, { set: { sealedToken, sealedSecret } });
  }
}

function asOf(etag: string): Condition {
  return { removedAt: { exists: false }, ...(etag === '' ? {} : { etag: { eq: etag } }) };
}
