import { temporaryFolder } from '../testing/folders.ts';
import { pause, startMeasuredOtvet } from './otvet-process.ts';
import type { Row } from './table.ts';

/** How quickly `npm start` is ready on an installed tree, and what it takes when nothing is asked. */
export async function run(): Promise<readonly Row[]> {
  const empty = await startOnce(true);
  const again = await startOnce(false);
  return [
    {
      name: 'start: ready, first time',
      value: empty.ready,
      unit: 's',
      goal: '<= 2',
      baseline: 'ready again, data there',
      baselineValue: again.ready,
    },
    {
      name: 'start: first answer, first time',
      value: empty.answer,
      unit: 's',
      goal: '<= 5',
      baseline: 'first answer again',
      baselineValue: again.answer,
    },
    {
      name: 'start: idle memory',
      value: again.memory,
      unit: 'MiB',
      goal: '<= 200',
      baseline: 'after loading the examples',
      baselineValue: empty.memory,
    },
  ];
}

let kept: Awaited<ReturnType<typeof temporaryFolder>> | undefined;

async function startOnce(first: boolean): Promise<{ ready: number; answer: number; memory: number }> {
  kept = first ? await temporaryFolder() : kept;
  const otvet = await startMeasuredOtvet(kept?.path ?? '');
  await pause(5000);
  const memory = otvet.process.memoryMiB();
  await otvet[Symbol.asyncDispose]();
  if (!first) await kept?.[Symbol.asyncDispose]();
  return { ready: otvet.readySeconds, answer: otvet.firstAnswerSeconds, memory };
}
