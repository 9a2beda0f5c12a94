import { startDoublesProcess } from '../testing/doubles-process.ts';
import { temporaryFolder } from '../testing/folders.ts';
import type { LoadReport } from '../testing/load.ts';
import { startMongo } from '../testing/servers/mongo.ts';
import { startNats } from '../testing/servers/nats.ts';
import { ToolMissing } from '../testing/servers/tools.ts';
import { startMeasuredOtvet } from './otvet-process.ts';
import { doublesIn, QUESTIONS } from './overhead.ts';
import type { Row } from './table.ts';

/** A rate that the real parts bear, for the overhead; and one that nothing bears on two cores, for what comes through at most. */
const STEADY = { questionsPerSecond: 30, chats: 200, seconds: 10, questions: QUESTIONS };
const FLOOD = { questionsPerSecond: 400, chats: 400, seconds: 5, questions: QUESTIONS, patienceMs: 60_000 };

interface Measured {
  readonly report: LoadReport;
  /** Milliseconds of processor time for each answer, Otvet's alone: what the servers use is not in it. */
  readonly cpuMs: number;
  readonly answersPerSecond: number;
}

/**
 * The same one process on its embedded parts and on MongoDB and NATS, under the same load. No rows on a machine without these servers.
 */
export async function run(): Promise<readonly Row[]> {
  try {
    await using mongo = await startMongo();
    await using nats = await startNats();
    const real = await measure({ OTVET_MONGODB_URL: mongo.url, OTVET_NATS_URL: nats.url });
    const embedded = await measure({});
    return rows(real, embedded);
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    process.stderr.write(`not measured: Otvet on MongoDB and NATS: ${error.message}\n`);
    return [];
  }
}

function rows(real: Measured, embedded: Measured): readonly Row[] {
  const row = (name: string, unit: string, of: (measured: Measured) => number): Row => ({
    name: `on MongoDB and NATS: ${name}`,
    value: of(real),
    unit,
    baseline: 'embedded',
    baselineValue: of(embedded),
  });
  return [
    row('answers at most', 'a second', ({ answersPerSecond }) => answersPerSecond),
    row('final text p50', 'ms', ({ report }) => report.finalText.p50),
    row('final text p99', 'ms', ({ report }) => report.finalText.p99),
    row('CPU per answer', 'ms', ({ cpuMs }) => cpuMs),
    row(
      'lost, doubled or out of order',
      `of ${real.report.asked}`,
      ({ report }) => report.lost + report.doubled + report.outOfOrder,
    ),
  ];
}

async function measure(parts: Readonly<Record<string, string>>): Promise<Measured> {
  await using doubles = await startDoublesProcess({ answers: 'load' });
  await using folder = await temporaryFolder();
  await using otvet = await startMeasuredOtvet(folder.path, { ...doublesIn(doubles), ...parts });
  await doubles.load({ ...STEADY, seconds: 4 });
  const before = otvet.process.cpuMs();
  const report = await doubles.load(STEADY);
  const cpuMs = (otvet.process.cpuMs() - before) / report.asked;
  const begun = performance.now();
  const flood = await doubles.load(FLOOD);
  return { report, cpuMs, answersPerSecond: (flood.answered / (performance.now() - begun)) * 1000 };
}
