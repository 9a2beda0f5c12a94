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
  /** Notes an update that waits for its delivery. Returns what to call when that is done. */
  readonly waiting: (key: string, receivedAt: number) => () => void;
  /** Takes out what reads this service when metrics are scraped. */
  readonly close: () => void;
}

export function telegramMetrics(metrics: Metrics, now: () => number): TelegramMetrics {
  // In the order of acceptance, so that the first one is the oldest.
  const undelivered = new Map<string, number>();
  const oldest = (): number => {
    const [receivedAt] = undelivered.values();
    return receivedAt === undefined ? 0 : Math.max(0, now() - receivedAt) / 1000;
  };
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
    waiting: (key, receivedAt) => {
      undelivered.set(key, receivedAt);
      return () => undelivered.delete(key);
    },
    close: readGauge(
      metrics,
      { name: 'otvet_telegram_undelivered_age_seconds', help: 'Age of the oldest accepted update without its answer.' },
      {},
      oldest,
    ),
  };
}
