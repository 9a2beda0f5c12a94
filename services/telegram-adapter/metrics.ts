import type { Counter, Histogram } from 'prom-client';
import { counter, histogram, type Metrics, readGauge } from '#lib/telemetry/metrics.ts';

/** What operators see of the adapter. */
export interface TelegramMetrics {
  readonly updates: Counter<'kind'>;
  readonly firstText: Histogram;
  readonly finalText: Histogram;
  readonly floods: Counter<'method'>;
  readonly repeatedSends: Counter;
  readonly undeliverable: Counter<'reason'>;
  readonly takeovers: Counter<'what'>;
  readonly leasesLost: Counter;
  /** Bots are few, and which one is in trouble is what an operator asks. */
  readonly webhookErrors: Counter<'bot'>;
  /** Shows how many updates of a bot wait at Telegram. Returns what takes that away. */
  readonly pendingOf: (bot: string, read: () => number) => () => void;
  /** Notes that this replica asks Telegram for updates. Returns what to call when it does not any more. */
  readonly polling: () => () => void;
  /** Notes an update that waits for its delivery. Returns what to call when that is done. */
  readonly waiting: (key: string, receivedAt: number) => () => void;
  /** Takes out what reads this service when metrics are scraped. */
  readonly close: () => void;
}

export function telegramMetrics(metrics: Metrics, now: () => number): TelegramMetrics {
  const undelivered = new Map<string, number>();
  const oldest = (): number => Math.max(0, now() - Math.min(now(), ...undelivered.values())) / 1000;
  let pollers = 0;
  return {
    updates: counter(metrics, {
      name: 'otvet_telegram_updates_total',
      help: 'Updates that came, by what they are; duplicates are those that came before.',
      labels: ['kind'],
    }),
    firstText: histogram(metrics, {
      name: 'otvet_telegram_first_text_seconds',
      help: 'From the acceptance of a question to the first text of its answer in the chat.',
    }),
    finalText: histogram(metrics, {
      name: 'otvet_telegram_final_text_seconds',
      help: 'From the acceptance of a message to the final text of its answer in the chat.',
    }),
    floods: counter(metrics, {
      name: 'otvet_telegram_floods_total',
      help: 'Calls that Telegram answered with 429, by method.',
      labels: ['method'],
    }),
    repeatedSends: counter(metrics, {
      name: 'otvet_telegram_repeated_sends_total',
      help: 'Messages sent again because the result of an earlier send was lost; each may stand twice in its chat.',
    }),
    undeliverable: counter(metrics, {
      name: 'otvet_telegram_undeliverable_total',
      help: 'Answers that could not be delivered: the person blocks the bot, or Telegram refuses the text.',
      labels: ['reason'],
    }),
    takeovers: counter(metrics, {
      name: 'otvet_telegram_takeovers_total',
      help: 'Work taken over from replicas that died: the asking for updates, or a chat.',
      labels: ['what'],
    }),
    leasesLost: counter(metrics, {
      name: 'otvet_telegram_leases_lost_total',
      help: 'Updates given up half-way because another replica had taken them over.',
    }),
    webhookErrors: counter(metrics, {
      name: 'otvet_telegram_webhook_errors_total',
      help: 'Times that Telegram told of a failed delivery to the webhook of a bot, each error once.',
      labels: ['bot'],
    }),
    pendingOf: (bot, read) =>
      readGauge(
        metrics,
        {
          name: 'otvet_telegram_pending_updates',
          help: 'Updates of a bot that wait at Telegram, as it told this replica last.',
          labels: ['bot'],
        },
        { bot },
        read,
      ),
    polling: () => {
      pollers++;
      return () => {
        pollers--;
      };
    },
    waiting: (key, receivedAt) => {
      undelivered.set(key, receivedAt);
      return () => undelivered.delete(key);
    },
    close: closeAll([
      readGauge(
        metrics,
        {
          name: 'otvet_telegram_undelivered_age_seconds',
          help: 'Age of the oldest accepted update without its answer.',
        },
        {},
        oldest,
      ),
      readGauge(
        metrics,
        { name: 'otvet_telegram_undelivered_updates', help: 'Accepted updates without their answer, of this replica.' },
        {},
        () => undelivered.size,
      ),
      readGauge(
        metrics,
        { name: 'otvet_telegram_polling', help: '1 where this replica is the one that asks Telegram for updates.' },
        {},
        () => pollers,
      ),
    ]),
  };
}

function closeAll(closers: readonly (() => void)[]): () => void {
  return () => {
    for (const close of closers) close();
  };
}
