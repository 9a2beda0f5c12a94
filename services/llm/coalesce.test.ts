import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { FinishReason } from '#gen/otvet/llm/v1/generation_pb.ts';
import { coalesce } from './coalesce.ts';
import type { Step } from './model.ts';

const WINDOW_MS = 40;
const end: Step = { kind: 'finished', reason: FinishReason.STOP, usage: undefined };

/** Text to say, numbers to wait in milliseconds, errors to throw. */
async function* steps(script: readonly (string | number | Error | Step)[]): AsyncGenerator<Step> {
  for (const item of script) {
    if (typeof item === 'string') yield { kind: 'delta', text: item };
    else if (typeof item === 'number') await sleep(item);
    else if (item instanceof Error) throw item;
    else yield item;
  }
}

async function seen(script: Parameters<typeof steps>[0]): Promise<string[]> {
  const out: string[] = [];
  try {
    for await (const step of coalesce(steps(script), WINDOW_MS))
      out.push(step.kind === 'delta' ? step.text : step.kind);
  } catch (error) {
    out.push(`failed: ${(error as Error).message}`);
  }
  return out;
}

describe('joining deltas', () => {
  it('sends the first at once and an instant rest with the end', async () => {
    expect(await seen(['a', 'b', 'c', end])).to.deep.equal(['a', 'bc', 'finished']);
  });

  it('makes one delta of an answer that comes at once', async () => {
    expect(await seen(['abc', end])).to.deep.equal(['abc', 'finished']);
  });

  it('holds text no longer than the window', async () => {
    expect(await seen(['a', 'b', 'c', 3 * WINDOW_MS, end])).to.deep.equal(['a', 'bc', 'finished']);
    const begun = performance.now();
    const arrived: number[] = [];
    for await (const _ of coalesce(steps(['a', 'b', 5 * WINDOW_MS, end]), WINDOW_MS))
      arrived.push(performance.now() - begun);
    expect(arrived[1]).to.be.within(WINDOW_MS - 5, 4 * WINDOW_MS);
  });

  it('does not hold the text of a slow model at all', async () => {
    expect(await seen(['a', 2 * WINDOW_MS, 'b', 2 * WINDOW_MS, 'c', end])).to.deep.equal(['a', 'b', 'c', 'finished']);
  });

  it('sends what was said before a failure', async () => {
    expect(await seen(['a', 'b', new Error('cut')])).to.deep.equal(['a', 'b', 'failed: cut']);
    expect(await seen([new Error('down')])).to.deep.equal(['failed: down']);
  });

  it('ends its source when nobody listens any more', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Step> {
      try {
        for (;;) {
          yield { kind: 'delta', text: 'x' };
          await sleep(1);
        }
      } finally {
        ended = true;
      }
    }
    for await (const _ of coalesce(source(), WINDOW_MS)) break;
    expect(ended).to.equal(true);
  });
});
