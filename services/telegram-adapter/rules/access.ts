import type { Clock } from '#lib/clock.ts';
import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';
import type { Owners } from '../groups/owners.ts';
import type { TelegramClient } from '../telegram/client.ts';

/** Who may ask in a private chat. */
export type AccessRule =
  | { readonly of: 'open' }
  | { readonly of: 'list'; readonly users: ReadonlySet<number> }
  | { readonly of: 'pairing'; readonly users: ReadonlySet<number> }
  /** `channel`: `@name`, or its number. */
  | { readonly of: 'members'; readonly users: ReadonlySet<number>; readonly channel: string };

/** A person who wants to be let in, or was. */
interface Guest extends Document {
  /** `{bot}/{user}`. */
  readonly key: string;
  readonly bot: string;
  readonly user: number;
  /** With it an owner lets the person in, for as long as `codeUntil` (milliseconds since the epoch) says. */
  readonly code: string;
  readonly codeUntil: number;
  readonly isIn?: boolean;
}

/** How long a code is good: 24 hours. */
const CODE_MS = 86_400_000;

/** How long a member is taken for one without asking Telegram, and somebody else for none; milliseconds. */
const MEMBER_FOR_MS = 5 * 60_000;
const STRANGER_FOR_MS = 20_000;

export interface AccessOptions {
  readonly rule: AccessRule;
  readonly store: DocumentStore;
  readonly bot: string;
  readonly owners: Owners;
  readonly client: Pick<TelegramClient, 'call'>;
  readonly clock: Clock;
}

/** Whether people may ask in private chats. */
export class Access {
  readonly #options: AccessOptions;
  readonly #guests: Collection<Guest>;
  readonly #members = new Map<number, { readonly isIn: boolean; readonly until: number }>();

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#guests = options.store.collection<Guest>({
      name: 'guests',
      indexes: [{ name: 'code', paths: ['bot', 'code'] }],
    });
  }

  get rule(): AccessRule {
    return this.#options.rule;
  }

  /** Rejects with `StoreUnavailable`. */
  async admits(user: number): Promise<boolean> {
    const { rule, owners } = this.#options;
    if (rule.of === 'open' || rule.users.has(user)) return true;
    if (rule.of === 'pairing' && (await this.#guests.get(this.#key(user)))?.isIn === true) return true;
    if (rule.of === 'members' && (await this.#isMember(user, rule.channel))) return true;
    return owners.isOwner(user);
  }

  /** The code with which an owner lets a person in: `fresh`, or an earlier one that is still good. */
  async codeFor(user: number, fresh: string): Promise<string> {
    const { bot, clock } = this.#options;
    const now = clock.now();
    const given = { code: fresh, codeUntil: now + CODE_MS };
    if ((await this.#guests.insert({ key: this.#key(user), bot, user, ...given })).ok) return fresh;
    await this.#guests.update(this.#key(user), { codeUntil: { lt: now } }, { set: given });
    return (await this.#guests.get(this.#key(user)))?.code ?? fresh;
  }

  /** Lets in the person whom a code stands for. False when it stands for nobody. */
  async letIn(code: string): Promise<boolean> {
    const { bot, clock } = this.#options;
    const guest = (await this.#guests.find({ index: 'code', equal: [bot, code], limit: 1 })).documents[0];
    if (guest === undefined || guest.codeUntil < clock.now()) return false;
    return (await this.#guests.update(guest.key, { code: { eq: code } }, { set: { isIn: true } })).ok;
  }

  /** While Telegram does not say, what it said last counts, and before that nobody is a member. */
  async #isMember(user: number, channel: string): Promise<boolean> {
    const { client, clock } = this.#options;
    const known = this.#members.get(user);
    if (known !== undefined && known.until > clock.now()) return known.isIn;
    const chat_id = channel.startsWith('@') ? channel : Number(channel);
    const outcome = await client.call('getChatMember', (api) => api.getChatMember({ chat_id, user_id: user }));
    const isIn = outcome.ok ? isInside(outcome.value) : known?.isIn === true;
    if (this.#members.size > 50_000) this.#members.clear();
    this.#members.set(user, { isIn, until: clock.now() + (isIn ? MEMBER_FOR_MS : STRANGER_FOR_MS) });
    return isIn;
  }

  #key(user: number): string {
    return `${this.#options.bot}/${user}`;
  }
}

function isInside(member: { readonly status: string; readonly is_member?: boolean }): boolean {
  if (member.status === 'restricted') return member.is_member === true;
  return member.status === 'creator' || member.status === 'administrator' || member.status === 'member';
}
