import type { Random } from './random.ts';

/** How Otvet runs: as one process on its files, or two replicas of each service on real servers. */
export type ChaosForm = 'embedded' | 'replicas';

/** A question to be asked, and when. */
export type Asking = {
  /** Milliseconds after the beginning. */
  readonly atMs: number;
  readonly tag: number;
} & (
  | { readonly in: 'telegram'; readonly chat: number }
  | {
      readonly in: 'api';
      readonly session: string;
      readonly stream: boolean;
      /** After how many milliseconds the partner loses its connection, try by try; then it keeps it. */
      readonly cutsMs: readonly number[];
    }
);

/** Something that goes wrong, and when. */
export type Fault = {
  /** Milliseconds after the beginning. */
  readonly atMs: number;
} /** A process is killed and comes back. */ & (
  | { readonly kind: 'kill'; readonly victim: number; readonly downMs: number }
  /** Replies to the next sends are dropped: they took effect, and the bot never hears of it. */
  | { readonly kind: 'drop replies'; readonly count: number }
  /** Edits do not get through, calls are refused or take long. */
  | { readonly kind: 'telegram trouble'; readonly status: 429 | 500 | 502 | undefined; readonly count: number }
  /** Updates come twice, or after the one that follows them. Nothing where the bot asks for its updates. */
  | { readonly kind: 'webhook habits'; readonly double: number; readonly reorder: number }
  | ServerFault
);

/** What goes wrong with the servers behind replicas, and on the way to them. `link` chooses a way, from 0 to 1. */
export type ServerFault =
  /** The server is killed and comes back on its folder. */
  | { readonly kind: 'kill database' | 'kill bus'; readonly downMs: number }
  | { readonly kind: 'cut links'; readonly link: number; readonly all: boolean }
  | {
      readonly kind: 'slow links';
      readonly link: number;
      readonly all: boolean;
      readonly delayMs: number;
      readonly forMs: number;
    }
  /** Connections stay open and nothing comes through; then it comes, or they turn out to be gone. */
  | {
      readonly kind: 'black hole';
      readonly link: number;
      readonly all: boolean;
      readonly forMs: number;
      readonly cut: boolean;
    }
  /** The next writes are answered NotWritablePrimary. */
  | { readonly kind: 'refuse writes'; readonly link: number; readonly count: number }
  /** The next writes are done, and the connection is cut before their reply. */
  | { readonly kind: 'lose commits'; readonly link: number; readonly count: number };

/** Something that is taught while questions are asked. */
export interface Lesson {
  /** Milliseconds after the beginning. */
  readonly atMs: number;
  readonly lesson: number;
}

/** A time in which questions are asked. */
export interface Wave {
  readonly askings: readonly Asking[];
  /** What goes wrong meanwhile; nothing in a calm wave. */
  readonly faults: readonly Fault[];
  /** When something new is taught. */
  readonly lessons: readonly Lesson[];
}

/** What is asked and what goes wrong in one run. */
export interface Plan {
  /** Questions on a good day, so that everything has been used. */
  readonly warmUp: Wave;
  readonly storm: Wave;
  /** As many questions as in the storm, and nothing goes wrong: for processes that the storm killed, which know no other warm-up. */
  readonly calm: Wave;
  /** Whether updates are sent to a webhook, or asked for. */
  readonly webhook: boolean;
}

export interface PlanOptions {
  readonly form: ChaosForm;
  readonly seconds: number;
  readonly questionsPerSecond: number;
  /** Whether memory and handles are compared with those after the warm-up, which then is as long as the storm. */
  readonly isMeasured: boolean;
}

const SHORT_WARM_UP_SECONDS = 3;

const FIRST_CHAT = 20_001;
/** Enough that most answer at the same time, few enough that questions wait in each. */
const CHATS = 60;
const SESSIONS = 20;

/** Draws a plan: the same for the same seed and options. */
export function planOf(random: Random, options: PlanOptions): Plan {
  const { form, seconds, questionsPerSecond: rate, isMeasured } = options;
  const warmUp = askings(random.fork('warm-up'), 1, isMeasured ? seconds : SHORT_WARM_UP_SECONDS, rate);
  const storm = askings(random.fork('storm'), warmUp.length + 1, seconds, rate);
  const calm = askings(random.fork('calm'), warmUp.length + storm.length + 1, seconds, rate);
  return {
    warmUp: { askings: warmUp, faults: [], lessons: [] },
    storm: {
      askings: storm,
      faults: faults(random.fork('faults'), form, seconds),
      lessons: lessons(random.fork('lessons'), seconds),
    },
    calm: { askings: calm, faults: [], lessons: [] },
    webhook: random.fork('webhook').chance(0.5),
  };
}

function lessons(random: Random, seconds: number): readonly Lesson[] {
  const times = Array.from({ length: random.whole(1, 2) }, () => random.between(0, seconds * 1000));
  return times.toSorted((a, b) => a - b).map((atMs, i) => ({ atMs, lesson: i + 1 }));
}

function askings(random: Random, firstTag: number, seconds: number, rate: number): readonly Asking[] {
  return Array.from({ length: Math.round(seconds * rate) }, (_, i): Asking => {
    const when = { atMs: (i * 1000) / rate, tag: firstTag + i };
    if (random.chance(0.65)) return { ...when, in: 'telegram', chat: FIRST_CHAT + random.whole(0, CHATS - 1) };
    const cutsMs = Array.from({ length: random.chance(0.4) ? random.whole(1, 2) : 0 }, () => random.between(50, 1_500));
    return { ...when, in: 'api', session: `partner-${random.whole(1, SESSIONS)}`, stream: random.chance(0.6), cutsMs };
  });
}

/** How often each kind of fault happens: the least and the most milliseconds between two, and how one is drawn. */
type Habit = readonly [leastGapMs: number, mostGapMs: number, draw: (random: Random) => Drawn];

const TELEGRAM: readonly Habit[] = [
  [400, 2_500, (one) => ({ kind: 'drop replies', count: one.whole(1, 3) })],
  [
    800,
    3_000,
    (one) => ({
      kind: 'telegram trouble',
      status: one.pick([429, 500, 502, undefined] as const),
      count: one.whole(1, 4),
    }),
  ],
  [200, 1_500, (one) => ({ kind: 'webhook habits', double: one.whole(0, 4), reorder: one.whole(0, 3) })],
];

const kill = (one: Random): Drawn => ({ kind: 'kill', victim: one.next(), downMs: one.between(50, 1_000) });

const HABITS: Readonly<Record<ChaosForm, readonly Habit[]>> = {
  embedded: [...TELEGRAM, [3_000, 6_500, kill]],
  replicas: [
    ...TELEGRAM,
    [1_500, 4_000, kill],
    [6_000, 15_000, (one) => ({ kind: 'kill database', downMs: one.between(100, 2_000) })],
    [5_000, 12_000, (one) => ({ kind: 'kill bus', downMs: one.between(100, 3_000) })],
    [1_500, 5_000, (one) => ({ kind: 'cut links', link: one.next(), all: one.chance(0.3) })],
    [
      2_000,
      6_000,
      (one) => ({
        kind: 'slow links',
        link: one.next(),
        all: one.chance(0.3),
        delayMs: one.between(20, 400),
        forMs: one.between(500, 3_000),
      }),
    ],
    [
      4_000,
      10_000,
      (one) => ({
        kind: 'black hole',
        link: one.next(),
        all: one.chance(0.2),
        forMs: one.between(500, 6_000),
        cut: one.chance(0.5),
      }),
    ],
    [1_000, 4_000, (one) => ({ kind: 'refuse writes', link: one.next(), count: one.whole(1, 5) })],
    [1_000, 4_000, (one) => ({ kind: 'lose commits', link: one.next(), count: one.whole(1, 3) })],
  ],
};

function faults(random: Random, form: ChaosForm, seconds: number): readonly Fault[] {
  return HABITS[form]
    .flatMap(([least, most, draw], i) => drawn(random.fork(i), least, most, seconds * 1000, draw))
    .toSorted((a, b) => a.atMs - b.atMs);
}

type Drawn = Fault extends infer F ? (F extends Fault ? Omit<F, 'atMs'> : never) : never;

/** Faults of one kind, with gaps between the bounds. */
function drawn(
  random: Random,
  leastGapMs: number,
  mostGapMs: number,
  endMs: number,
  draw: (random: Random) => Drawn,
): readonly Fault[] {
  const found: Fault[] = [];
  for (let at = random.between(leastGapMs, mostGapMs); at < endMs; at += random.between(leastGapMs, mostGapMs)) {
    found.push({ atMs: at, ...draw(random) } as Fault);
  }
  return found;
}
