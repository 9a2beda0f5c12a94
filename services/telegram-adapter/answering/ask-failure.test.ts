import { expect } from 'chai';
import type { Failure } from '#lib/rpc/status.ts';
import { afterFailure, PATIENCE_MS } from './ask-failure.ts';

const failure = (code: Failure['code'], reason: string, domain = 'otvet'): Failure => ({
  code,
  reason,
  domain,
  message: '',
});

describe('what follows from a failed Ask', () => {
  const away = failure('UNAVAILABLE', 'UNAVAILABLE');

  it('a service that is away is waited for, but not for ever', () => {
    expect(afterFailure(away, 0, 0)).to.deep.equal({ do: 'askAgain', afterMs: 250 });
    expect(afterFailure(away, 9, 30_000)).to.deep.equal({ do: 'askAgain', afterMs: 5_000 });
    expect(afterFailure(away, 20, PATIENCE_MS)).to.deep.equal({ do: 'tell', message: 'busy' });
  });

  it('a broken stream is gone on with', () => {
    expect(afterFailure(failure('UNKNOWN', 'STREAM_CUT', 'telegram.otvet'), 0, 0).do).to.equal('askAgain');
  });

  it('what the model failed at is told at once', () => {
    const model = (code: Failure['code'], reason: string) => afterFailure(failure(code, reason, 'llm.otvet'), 0, 0);
    expect(model('UNAVAILABLE', 'PROVIDER_UNAVAILABLE')).to.deep.equal({ do: 'tell', message: 'busy' });
    expect(model('ABORTED', 'PROVIDER_STREAM_CUT')).to.deep.equal({ do: 'tell', message: 'failed' });
  });

  it('an assistant that is not there is told as such', () => {
    const unknown = failure('NOT_FOUND', 'ASSISTANT_UNKNOWN', 'conversation.otvet');
    expect(afterFailure(unknown, 0, 0)).to.deep.equal({ do: 'tell', message: 'notReady' });
  });
});
