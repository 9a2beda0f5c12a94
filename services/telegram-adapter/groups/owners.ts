import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';

/** Whose bot it is. */
interface Ownership extends Document {
  /** Telegram's number of the bot. */
  readonly key: string;
  /** Makes whoever writes it to the bot its owner; absent once somebody has. */
  readonly claim?: string;
  readonly owner?: number;
  /** The language of the owner's Telegram, BCP 47. */
  readonly language?: string;
}

/** Long enough that nobody guesses it. */
const CLAIM_LENGTH = 10;

/** Who decides in Telegram for one bot: those that the configuration names, else whoever has claimed it. */
export class Owners {
  readonly #documents: Collection<Ownership>;
  readonly #bot: string;
  readonly #named: readonly number[];
  #unclaimed = '';

  /** `named`: Telegram's numbers of the owners; empty: the bot is to be claimed. */
  constructor(store: DocumentStore, bot: string, named: readonly number[]) {
    this.#documents = store.collection<Ownership>({ name: 'owners', indexes: [] });
    this.#bot = bot;
    this.#named = named;
  }

  /** The code with which the bot can be claimed, as far as is known here; empty when it has an owner. */
  get unclaimed(): string {
    return this.#unclaimed;
  }

  async all(): Promise<readonly { readonly id: number; readonly language: string }[]> {
    if (this.#named.length > 0) return this.#named.map((id) => ({ id, language: '' }));
    const document = await this.#read();
    return document?.owner === undefined ? [] : [{ id: document.owner, language: document.language ?? '' }];
  }

  async isOwner(user: number): Promise<boolean> {
    return (await this.all()).some(({ id }) => id === user);
  }

  /** The code with which the bot can be claimed; undefined when it has an owner. */
  async claimCode(ids: Ids): Promise<string | undefined> {
    if (this.#named.length > 0) return undefined;
    const claim = ids.random().slice(0, CLAIM_LENGTH);
    if ((await this.#read()) === undefined) await this.#documents.insert({ key: this.#bot, claim });
    return (await this.#read())?.claim;
  }

  /** Makes a person the owner. False when that is not the code, or the bot has an owner. */
  async claim(code: string, user: number, language: string): Promise<boolean> {
    if (this.#named.length > 0 || code.length !== CLAIM_LENGTH) return false;
    const condition = { claim: { eq: code }, owner: { exists: false } };
    const set = { owner: user, language };
    const claimed = await this.#documents.update(this.#bot, condition, { set, unset: ['claim'] });
    if (claimed.ok) this.#unclaimed = '';
    return claimed.ok;
  }

  async #read(): Promise<Ownership | undefined> {
    const document = await this.#documents.get(this.#bot);
    this.#unclaimed = document?.claim ?? '';
    return document;
  }
}
