// Telegram's flood limits. Edits count as sends.
import { tooManyRequests } from './failure.ts';

/** How much a bot may send; 0 means no limit. */
export interface FloodLimits {
  /** Messages and edits a second in one private chat. */
  readonly perChat: number;
  /** Messages and edits a minute in one group. */
  readonly perGroupMinute: number;
  /** Messages and edits a second over all chats. */
  readonly overall: number;
  /** How many may come at once before a limit bites. */
  readonly burst: number;
}

/** What Telegram documents: 1 a second in a chat, 20 a minute in a group, 30 a second in all. */
export const TELEGRAM_LIMITS: FloodLimits = { perChat: 1, perGroupMinute: 20, overall: 30, burst: 3 };

/** Counts sends against the limits. */
export class FloodGuard {
  #limits: FloodLimits | undefined;
  readonly #buckets = new Map<number | 'all', { tokens: number; at: number }>();

  /** Sets the limits; undefined switches them off. */
  set limits(limits: FloodLimits | undefined) {
    this.#limits = limits;
    this.#buckets.clear();
  }

  /** Counts one send or edit at `now` (milliseconds). Throws 429 when it is one too many. */
  take(chatId: number, now: number): void {
    const limits = this.#limits;
    if (limits === undefined) return;
    const rate = chatId > 0 ? limits.perChat : limits.perGroupMinute / 60;
    const waits = [
      this.#wait(chatId, rate, chatId > 0 ? limits.burst : Math.max(limits.burst, limits.perGroupMinute), now),
      this.#wait('all', limits.overall, Math.max(limits.burst, limits.overall), now),
    ];
    const longest = Math.max(...waits);
    if (longest > 0) throw tooManyRequests(Math.max(1, Math.ceil(longest)));
    this.#spend(chatId);
    this.#spend('all');
  }

  /** Seconds until one more fits. */
  #wait(key: number | 'all', perSecond: number, burst: number, now: number): number {
    if (perSecond <= 0) return 0;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    return bucket.tokens >= 1 ? 0 : (1 - bucket.tokens) / perSecond;
  }

  #spend(key: number | 'all'): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) bucket.tokens -= 1;
  }
}
