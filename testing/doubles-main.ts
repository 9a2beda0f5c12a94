// The child of doubles-process.ts: both doubles, under orders from the parent.
import type { DoublesOptions, Order, Report } from './doubles-process.ts';
import { driveLoad, taggedAnswer } from './load.ts';
import { startProviderDouble } from './provider-double.ts';
import { startTelegramDouble } from './telegram-double.ts';

const { telegram: telegramOptions = { validate: false, keepCalls: false }, answers }: DoublesOptions = JSON.parse(
  process.argv[2] ?? '{}',
);
const telegram = await startTelegramDouble(telegramOptions);
const provider = await startProviderDouble(answers === 'load' ? { answer: taggedAnswer, keepRequests: false } : {});

process.on('message', async (message) => {
  const { id, order } = message as { readonly id: number; readonly order: Order };
  try {
    tell({ id, result: await obey(order) });
  } catch (error) {
    tell({ id, error: String(error) });
  }
});
// The parent has gone or lets go.
process.once('disconnect', async () => {
  await Promise.all([telegram.close(), provider.close()]);
});
tell({ ready: { telegramUrl: telegram.url, token: telegram.token, providerUrl: provider.url } });

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'load':
      return driveLoad(telegram, order.options);
    case 'cpu': {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    }
    case 'telegram': {
      const method = telegram[order.method] as (...args: readonly unknown[]) => unknown;
      return method.apply(telegram, [...order.args]);
    }
    case 'violations':
      return telegram.violations;
    case 'script':
      return provider.script(order.scripts);
    case 'counts':
      return provider.counts();
  }
}

function tell(report: Report): void {
  process.send?.(report);
}
