import type { Clock } from '#lib/clock.ts';
import type { Collection, Condition, Document, DocumentStore } from '#lib/documents/port.ts';

/** A group that the bot is or was in. */
interface Group extends Document {
  /** `{bot}/{chat}`. */
  readonly key: string;
  readonly bot: string;
  readonly chat: number;
  /** `closed`: nobody has let it in; `gone`: the bot is not there any more. */
  readonly state: 'open' | 'closed' | 'gone';
  readonly title: string;
  /** What the owner lets it in with, for as long as `codeUntil` (milliseconds since the epoch) says. */
  readonly code?: string;
  readonly codeUntil?: number;
  /** The update that is answered with the code: nothing else is said in a closed group. */
  readonly codeFor?: string;
  /** When the bot leaves, unless it is let in. Milliseconds since the epoch. */
  readonly leaveAt?: number;
  /** What the owner was told is missing. */
  readonly told?: string;
}

/** A group that was found by its code. */
export interface FoundGroup {
  readonly chat: number;
  readonly title: string;
}

/** How long a code is good, and how long the bot stays in a group that nobody lets in: 24 hours. */
const CODE_MS = 86_400_000;

/** How long an open group is taken for open without asking the store, and a closed one for closed; milliseconds. */
const OPEN_FOR_MS = 30_000;
const CLOSED_FOR_MS = 1_000;

export interface GroupsOptions {
  readonly store: DocumentStore;
  readonly bot: string;
  readonly clock: Clock;
  /** Whether every group may ask. */
  readonly isOpen: boolean;
}

/** Which groups may ask the bot. */
export class Groups {
  readonly #groups: Collection<Group>;
  readonly #options: GroupsOptions;
  readonly #seen = new Map<number, { readonly state: Group['state'] | 'unknown'; readonly until: number }>();

  constructor(options: GroupsOptions) {
    this.#options = options;
    this.#groups = options.store.collection<Group>({
      name: 'groups',
      indexes: [
        { name: 'code', paths: ['bot', 'code'] },
        { name: 'leaving', paths: ['bot', 'leaveAt'] },
      ],
    });
  }

  /** Whether a group may ask. `unknown`: it was never told how it is let in, or so long ago that it may be told again. */
  async state(chat: number): Promise<'open' | 'closed' | 'unknown'> {
    if (this.#options.isOpen) return 'open';
    const now = this.#options.clock.now();
    const seen = this.#seen.get(chat);
    const state = seen !== undefined && seen.until > now ? seen.state : await this.#look(chat, now);
    return state === 'gone' ? 'unknown' : state;
  }

  /** The code to tell in a closed group; undefined when another update is answered with it. */
  async codeToTell(chat: number, title: string, update: string, code: string): Promise<string | undefined> {
    const now = this.#options.clock.now();
    const until = now + CODE_MS;
    const fresh = { title, state: 'closed', code, codeUntil: until, codeFor: update, leaveAt: until } as const;
    this.#seen.delete(chat);
    const { bot } = this.#options;
    if ((await this.#groups.insert({ key: this.#key(chat), bot, chat, ...fresh })).ok) return code;
    const mayBeTold: readonly Condition[] = [
      { state: { eq: 'closed' }, codeUntil: { lt: now } },
      { state: { eq: 'gone' } },
    ];
    for (const condition of mayBeTold) {
      if ((await this.#groups.update(this.#key(chat), condition, { set: fresh })).ok) return code;
    }
    const group = await this.#groups.get(this.#key(chat));
    return group?.state === 'closed' && group.codeFor === update ? group.code : undefined;
  }

  /** The group that a code lets in; also after it was let in. */
  async withCode(code: string): Promise<FoundGroup | undefined> {
    const { bot, clock } = this.#options;
    const page = await this.#groups.find({ index: 'code', equal: [bot, code], limit: 1 });
    const group = page.documents[0];
    return group !== undefined && (group.codeUntil ?? 0) > clock.now() && group.state !== 'gone' ? group : undefined;
  }

  /** Lets a group in. */
  async open(chat: number, title: string): Promise<void> {
    this.#seen.delete(chat);
    const { bot } = this.#options;
    const set = { state: 'open', ...(title === '' ? {} : { title }) } as const;
    const update = () => this.#groups.update(this.#key(chat), {}, { set, unset: ['leaveAt'] });
    if ((await update()).ok) return;
    const inserted = await this.#groups.insert({ key: this.#key(chat), bot, chat, title, state: 'open' });
    if (!inserted.ok) await update();
  }

  /** The bot is not there any more; to come back it must be let in again. */
  async left(chat: number): Promise<void> {
    this.#seen.delete(chat);
    await this.#groups.update(this.#key(chat), {}, { set: { state: 'gone' }, unset: ['leaveAt', 'code', 'told'] });
  }

  /** A group goes on under another number. */
  async move(chat: number, to: number): Promise<void> {
    const group = await this.#groups.get(this.#key(chat));
    if (group === undefined) return;
    if (group.state === 'open') await this.open(to, group.title);
    await this.left(chat);
  }

  /** True once for each thing that the owner is to be told of, and again for the same update. */
  async claimTelling(chat: number, what: string, update: string): Promise<boolean> {
    const told = `${what} ${update}`;
    const key = this.#key(chat);
    if ((await this.#groups.get(key))?.told?.startsWith(`${what} `)) {
      return (await this.#groups.update(key, { told: { eq: told } }, { set: { told } })).ok;
    }
    return (await this.#groups.update(key, {}, { set: { told } })).ok;
  }

  /** A group to be left now, because nobody has let it in: each is given to one replica. */
  async due(): Promise<number | undefined> {
    const { bot, clock } = this.#options;
    const range = { gt: 0, lt: clock.now() };
    for (const { key, chat } of (await this.#groups.find({ index: 'leaving', equal: [bot], range, limit: 20 }))
      .documents) {
      const still = { state: { eq: 'closed' }, leaveAt: range };
      const claimed = await this.#groups.update(key, still, { set: { state: 'gone' }, unset: ['leaveAt', 'code'] });
      if (claimed.ok) return chat;
    }
    return undefined;
  }

  async #look(chat: number, now: number): Promise<Group['state'] | 'unknown'> {
    const group = await this.#groups.get(this.#key(chat));
    const isTold = group?.state === 'closed' && (group.codeUntil ?? 0) > now;
    const state = group === undefined || (group.state === 'closed' && !isTold) ? 'unknown' : group.state;
    if (this.#seen.size > 10_000) this.#seen.clear();
    this.#seen.set(chat, { state, until: now + (state === 'open' ? OPEN_FOR_MS : CLOSED_FOR_MS) });
    return state;
  }

  #key(chat: number): string {
    return `${this.#options.bot}/${chat}`;
  }
}
