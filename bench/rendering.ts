import { renderMarkdown } from '../services/telegram-adapter/text/render.ts';
import { splitMarkdown } from '../services/telegram-adapter/text/split.ts';
import type { Row } from './table.ts';

const UNITS = 20 * 1024;
const REPEATS = 101;
const GOAL = '<= 2';

/** One of each thing that models write; about 700 units. */
const section = (number: number): string => `## Section ${number}

The **basic** plan is *free* for small teams [1], see \`plan\` or [the list](https://e.org/a_b). It holds five seats and ten projects;
more can be bought at any time. Write to us if you need more; we answer within a day.

- one **two** three four five
- three and some more words here
  - an inner item with words

1. first do this
2. then do that

| City | Days | Price |
|---|--:|---|
| Moscow | 1 | 300 |
| Tver | 2 | 400 |

\`\`\`js
const a = load('x');
for (const b of a) console.log(b < 3);
\`\`\`

> A quote of some words that says it all.

`;

const paragraph = (number: number): string =>
  `Plan ${number} is **free** for small teams. It holds five seats and ten projects, and more can be bought at any time [1].\n\n`;

function text(part: (number: number) => string): string {
  let whole = '';
  for (let number = 1; whole.length < UNITS; number++) whole += part(number);
  return whole.trimEnd();
}

/** Milliseconds that half of the calls need at most, warm. */
function median(work: () => unknown): number {
  const times = Array.from({ length: 2 * REPEATS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return times.slice(REPEATS).sort((a, b) => a - b)[REPEATS >> 1] ?? 0;
}

/** An answer of 20 KB made into messages of Telegram, beside the same made into one text too long to send. */
export async function run(): Promise<readonly Row[]> {
  const texts = {
    'of everything': text(section),
    'of paragraphs': text(paragraph),
    plain: text(paragraph).replaceAll('*', ''),
  };
  return Object.entries(texts).map(([name, markdown]) => ({
    name: `render and split 20 KB, ${name}`,
    value: median(() => splitMarkdown(markdown)),
    unit: 'ms',
    goal: GOAL,
    baseline: 'rendering alone',
    baselineValue: median(() => renderMarkdown(markdown)),
  }));
}
