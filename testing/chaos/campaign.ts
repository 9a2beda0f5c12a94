import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../folders.ts';
import { startProviderDouble } from '../provider-double.ts';
import { Partner } from '../public-api.ts';
import { startTelegramDouble, type TelegramDouble } from '../telegram-double.ts';
import type { Deployment } from './deployment.ts';
import { startEmbedded } from './embedded.ts';
import type { Broken, Evidence } from './evidence.ts';
import { checkFooting, footingOf, livedThrough } from './footing.ts';
import { type Findings, findings } from './invariants/check.ts';
import { Lessons } from './lessons.ts';
import { Partners } from './partners.ts';
import { People } from './people.ts';
import { type ChaosForm, planOf } from './plan.ts';
import { modelDouble, piecesOf } from './questions.ts';
import { Random } from './random.ts';
import { readTurns } from './records.ts';
import { startReplicas } from './replicas.ts';
import { type Players, Waves } from './waves.ts';
import { surroundingsOf } from './world.ts';

const ASSISTANT = 'lastochka';

/** How one run goes. */
export interface RunOptions {
  readonly form: ChaosForm;
  readonly seed: number;
  /** Length of the load. */
  readonly seconds: number;
  readonly questionsPerSecond: number;
  /** How long to wait for the last answers before what is missing counts as lost. */
  readonly patienceSeconds: number;
  /** How long after the load memory and handles are measured; 0: they are not. */
  readonly settleSeconds: number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** What came of one run. */
export interface RunReport extends Findings {
  readonly seed: number;
  readonly questions: number;
  /** Most of them without an answer at one time. */
  readonly mostInFlight: number;
  /** How often each kind of fault happened. */
  readonly faults: Readonly<Record<string, number>>;
  readonly webhook: boolean;
  readonly seconds: number;
  /** What the processes printed, where something broke. */
  readonly output: string;
}

/** Starts Otvet and the world around it, asks, breaks, waits for quiet, and holds what was seen against what always holds. */
export async function run(options: RunOptions): Promise<RunReport> {
  const begun = performance.now();
  const { seed, signal, settleSeconds } = options;
  const random = new Random(seed);
  const plan = planOf(random, { ...options, isMeasured: settleSeconds > 0 });
  await using folder = await temporaryFolder();
  await using telegram = await startTelegramDouble();
  await using provider = await startProviderDouble({ keepRequests: false });
  provider.script(modelDouble(random));
  const surroundings = surroundingsOf(telegram, provider.url);
  const start = options.form === 'embedded' ? startEmbedded : startReplicas;
  await using deployment = await start({ folder: folder.path, surroundings, webhook: plan.webhook });
  const partner = new Partner(deployment.edges[0] ?? '', deployment.apiKey);
  await taught(partner, signal).catch((error: Error) => {
    throw new Error(`${error.message}\n${printed(deployment)}`);
  });

  const people = new People(telegram, plan.webhook);
  const partners = new Partners(deployment.edges, deployment.apiKey, ASSISTANT);
  const lessons = new Lessons(deployment.edges, deployment.apiKey, ASSISTANT);
  const players = { people, partners, lessons, deployment };
  await using waves = new Waves(players, signal);
  const look = async () => {
    const found = findings(await gather(random, telegram, partner, players));
    return { ...found, broken: [...found.broken, ...(await deployment.leftovers()), ...(await lessons.check())] };
  };
  const footing: Broken[] = [];

  await waves.send(plan.warmUp);
  if (settleSeconds > 0) await waves.answered(options.patienceSeconds * 1000);
  let before = await footingOf(deployment.processes);
  await waves.send(plan.storm);
  let found = await settled(waves, look, options);
  if (settleSeconds > 0) {
    if (!livedThrough(before, await footingOf(deployment.processes))) {
      before = await footingOf(deployment.processes);
      await waves.send(plan.calm);
      found = await settled(waves, look, options);
    }
    await sleep(settleSeconds * 1000, undefined, { signal });
    footing.push(...checkFooting(before, await footingOf(deployment.processes)));
  }
  const broken = [...waves.broken, ...found.broken, ...footing];
  return {
    ...found,
    broken,
    seed,
    questions: people.asked().length + partners.asked.length,
    mostInFlight: waves.mostInFlight,
    faults: waves.faults,
    webhook: plan.webhook,
    seconds: (performance.now() - begun) / 1000,
    output: broken.length === 0 ? '' : printed(deployment),
  };
}

function printed({ processes }: Deployment): string {
  return processes.map(({ name, output }) => `--- ${name}\n${output}`).join('\n');
}

/** Waits for the last answers, then looks; what does not hold may still come to hold until patience ends. */
async function settled(waves: Waves, look: () => Promise<Findings>, options: RunOptions): Promise<Findings> {
  const end = Date.now() + options.patienceSeconds * 1000;
  await waves.answered(options.patienceSeconds * 1000);
  for (;;) {
    // What is doubled comes late: a moment for it, and for last edits.
    await sleep(1_500, undefined, { signal: options.signal });
    const found = await look().catch(unseen);
    if (found.broken.length === 0 || Date.now() > end) return found;
  }
}

/** Nobody could look: what was to be seen is taken for broken. */
function unseen(error: unknown): Findings {
  const message = error instanceof Error ? error.message : String(error);
  const nothing = { repeats: 0, lostResults: 0, attemptsExhausted: 0, failed: 0 };
  return { ...nothing, broken: [{ invariant: 'can be looked at', message }] };
}

async function gather(
  random: Random,
  telegram: TelegramDouble,
  partner: Partner,
  { people, partners, deployment }: Players,
): Promise<Evidence> {
  const inChats = people.asked();
  return {
    inChats,
    byPartners: partners.asked,
    turns: (await readTurns(partner, ASSISTANT)).filter(({ requestId }) => /^(tg|chaos)-/.test(requestId)),
    shown: new Map(inChats.map(({ chat }) => [chat, telegram.answers(chat)])),
    droppedReplies: people.droppedReplies(),
    deaths: deployment.deaths,
    unconfirmed: telegram.pending.length,
    violations: telegram.violations,
    pieces: (tag) => piecesOf(random, tag),
  };
}

/** Resolves when questions are answered from the example material. */
async function taught(partner: Partner, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100, undefined, { signal })) {
    const answered = await partner.ask(ASSISTANT, 'How much is a day pass?').catch(() => undefined);
    if (answered?.turn.release) return;
  }
  throw new Error('the example assistant was not released in time');
}
