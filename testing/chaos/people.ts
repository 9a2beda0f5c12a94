import type { TelegramDouble } from '../telegram-double.ts';
import type { AskedInChat } from './evidence.ts';
import type { Asking, Fault } from './plan.ts';
import { questionOf } from './questions.ts';

interface Said {
  readonly tag: number;
  readonly chat: number;
  readonly messageId: number;
  readonly updateId: number;
}

/** People in Telegram, and the bad days of Telegram itself. */
export class People {
  readonly #telegram: TelegramDouble;
  readonly #webhook: boolean;
  readonly #said: Said[] = [];

  /** `webhook`: whether updates are sent to one, or asked for. */
  constructor(telegram: TelegramDouble, webhook: boolean) {
    this.#telegram = telegram;
    this.#webhook = webhook;
  }

  ask({ tag, chat }: Extract<Asking, { in: 'telegram' }>): void {
    const messageId = this.#telegram.say(chat, questionOf(tag));
    const updateId = this.#telegram.pending.reduce((newest, { update_id }) => Math.max(newest, update_id), 0);
    this.#said.push({ tag, chat, messageId, updateId });
  }

  /** Lets a fault of Telegram happen. */
  suffer(fault: Fault): void {
    switch (fault.kind) {
      case 'drop replies':
        this.#telegram.failNext('sendMessage', { drop: 'after', times: fault.count });
        break;
      case 'telegram trouble':
        this.#telegram.failNext('editMessageText', { drop: 'before', times: fault.count });
        if (fault.status === undefined) this.#telegram.failNext('sendMessage', { delayMs: 700, times: fault.count });
        else if (fault.status === 429) this.#telegram.failNext('sendMessage', { status: 429, retry_after: 1 });
        else this.#telegram.failNext('sendMessage', { status: fault.status, times: fault.count });
        break;
      case 'webhook habits':
        if (this.#webhook) this.#telegram.webhookHabits({ double: fault.double, reorder: fault.reorder });
        break;
    }
  }

  /** Telegram is well again. */
  mend(): void {
    this.#telegram.clearFaults();
    this.#telegram.webhookHabits({ double: 0, reorder: 0 });
  }

  /** Whether somebody has seen fewer messages than were asked for, or Telegram holds updates. */
  get isWaiting(): boolean {
    return this.#telegram.pending.length > 0 || this.inFlight > 0;
  }

  /** How many questions have no message yet. */
  get inFlight(): number {
    const asked = Map.groupBy(this.#said, ({ chat }) => chat);
    const missing = [...asked].map(([chat, said]) => Math.max(0, said.length - this.#telegram.answers(chat).length));
    return missing.reduce((sum, count) => sum + count, 0);
  }

  /** All that was asked, with its place in the order of acceptance as Telegram knows it. */
  asked(): readonly AskedInChat[] {
    const places = new Map<number, number>();
    for (const [at, { updateId, status }] of this.#telegram.deliveries.entries()) {
      if (status >= 200 && status < 300 && !places.has(updateId)) places.set(updateId, at);
    }
    return this.#said.map(({ updateId, ...said }) => ({
      ...said,
      accepted: this.#webhook ? places.get(updateId) : updateId,
    }));
  }

  /** Chats of the sends that took effect and whose reply was dropped. */
  droppedReplies(): readonly number[] {
    return this.#telegram
      .calls('sendMessage')
      .filter(({ status }) => status === -1)
      .map(({ parameters }) => Number(parameters.chat_id));
  }
}
