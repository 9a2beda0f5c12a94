import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type GenerateResponse, GenerateResponseSchema } from '#gen/otvet/llm/v1/model_service_pb.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import { callModel } from './model-call.ts';

const away: Failure = { code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: '' };
const started = create(GenerateResponseSchema, { event: { case: 'started', value: { model: 'm' } } });
const delta = create(GenerateResponseSchema, { event: { case: 'delta', value: { text: 'word' } } });

/** A model that fares so, call by call: what it says, and how it fails then. */
function model(...calls: readonly { readonly says: readonly GenerateResponse[]; readonly fails?: Failure }[]) {
  let made = 0;
  const generate = async function* () {
    const call = calls[Math.min(made++, calls.length - 1)];
    yield* call?.says ?? [];
    if (call?.fails) throw new RpcError(call.fails);
  };
  return { generate, made: () => made };
}

async function heard(played: ReturnType<typeof model>, now = () => 0) {
  const context = { signal: new AbortController().signal } as CallContext;
  const words: string[] = [];
  try {
    for await (const { event } of callModel({ model: played, clock: { now } }, {}, context))
      words.push(event.case ?? '');
    return { words };
  } catch (error) {
    return { words, reason: error instanceof RpcError ? error.failure.reason : String(error) };
  }
}

describe('a call of the model', () => {
  it('goes to another replica when one dies before its first word', async () => {
    const played = model({ says: [], fails: away }, { says: [started], fails: away }, { says: [started, delta] });
    expect(await heard(played)).to.deep.equal({ words: ['started', 'delta'] });
    expect(played.made()).to.equal(3);
  });

  it('is cut when one dies after its first word: nothing is glued on', async () => {
    const played = model({ says: [started, delta], fails: away }, { says: [started, delta] });
    expect(await heard(played)).to.deep.equal({ words: ['started', 'delta'], reason: 'PROVIDER_STREAM_CUT' });
    expect(played.made()).to.equal(1);
  });

  it('fails when none is there for long, as the model door itself would', async () => {
    let now = 0;
    const later = () => {
      now += 9_000;
      return now;
    };
    expect(await heard(model({ says: [], fails: away }), later)).to.deep.equal({
      words: [],
      reason: 'PROVIDER_UNAVAILABLE',
    });
  });

  it('is not repeated where the model itself fails', async () => {
    const failure: Failure = { ...away, reason: 'PROVIDER_UNAVAILABLE', domain: 'llm.otvet' };
    const played = model({ says: [], fails: failure });
    expect(await heard(played)).to.deep.equal({ words: [], reason: 'PROVIDER_UNAVAILABLE' });
    expect(played.made()).to.equal(1);
  });
});
