import { type DoublesProcess, startDoublesProcess } from '../testing/doubles-process.ts';
import { temporaryFolder } from '../testing/folders.ts';
import type { LoadOptions, LoadReport } from '../testing/load.ts';
import { MeasuredProcess } from './measured-process.ts';
import { pause, startMeasuredOtvet } from './otvet-process.ts';
import type { Row } from './table.ts';

/** Answered by the model from the example material, whatever tag stands behind them. */
export const QUESTIONS = [
  'Can the deposit for a cargo bicycle be returned when I was late?',
  'At what hours is the office on the embankment open on a public holiday?',
  'Где хранятся данные о моих поездках и как их удалить из приложения?',
];

const LOAD: LoadOptions = { questionsPerSecond: 100, chats: 200, seconds: 15, warmupSeconds: 5, questions: QUESTIONS };

interface Measured {
  readonly report: LoadReport;
  /** Milliseconds of CPU for each answer of the whole load. */
  readonly cpuMs: number;
}

/**
 * What Otvet adds to an answer: 100 questions a second from 200 chats through the Telegram double, the model answering about 50 tokens
 * at once. Beside it the least bot that could answer, under the same load.
 */
export async function run(): Promise<readonly Row[]> {
  const otvet = await measureOtvet();
  const least = await measureLeast();
  const row = (name: string, of: (measured: Measured) => number, unit: string, goal?: string): Row => ({
    name: `overhead: ${name}`,
    value: of(otvet),
    unit,
    baseline: 'least bot',
    baselineValue: of(least),
    ...(goal === undefined ? {} : { goal }),
  });
  return [
    row('first text p50', ({ report }) => report.firstText.p50, 'ms', '<= 10'),
    row('first text p99', ({ report }) => report.firstText.p99, 'ms', '<= 50'),
    row('final text p50', ({ report }) => report.finalText.p50, 'ms', '<= 10'),
    row('final text p99', ({ report }) => report.finalText.p99, 'ms', '<= 50'),
    row('CPU per answer', ({ cpuMs }) => cpuMs, 'ms', '<= 2'),
    {
      name: 'overhead: lost, doubled or out of order',
      value: faults(otvet),
      unit: `of ${otvet.report.asked}`,
      goal: '0',
    },
  ];
}

function faults({ report }: Measured): number {
  return report.lost + report.doubled + report.outOfOrder;
}

async function measureOtvet(): Promise<Measured> {
  await using doubles = await startDoublesProcess({ answers: 'load' });
  await using folder = await temporaryFolder();
  await using otvet = await startMeasuredOtvet(folder.path, doublesIn(doubles));
  return await measure(doubles, otvet.process);
}

async function measureLeast(): Promise<Measured> {
  await using doubles = await startDoublesProcess({ answers: 'load' });
  await using bot = new MeasuredProcess('bench/leastbot.mjs', doublesIn(doubles));
  await pause(500);
  return await measure(doubles, bot);
}

async function measure(doubles: DoublesProcess, process: MeasuredProcess): Promise<Measured> {
  await doubles.load({ ...LOAD, warmupSeconds: 0, seconds: 3 });
  const before = process.cpuMs();
  const report = await doubles.load(LOAD);
  const answers = LOAD.questionsPerSecond * (LOAD.seconds + (LOAD.warmupSeconds ?? 0));
  return { report, cpuMs: (process.cpuMs() - before) / answers };
}

/** The variables that have Otvet, or another bot, work with the doubles. */
export function doublesIn(doubles: DoublesProcess): Readonly<Record<string, string>> {
  return {
    OTVET_TELEGRAM_TOKEN: doubles.token,
    OTVET_TELEGRAM_BURST: '0',
    OTVET_TELEGRAM_API_URL: doubles.telegramUrl,
    OPENAI_BASE_URL: doubles.providerUrl,
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_MODEL: 'test-model',
  };
}
