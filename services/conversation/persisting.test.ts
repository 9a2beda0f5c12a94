import { expect } from 'chai';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { persist } from './persisting.ts';

describe('a write that must not be lost', () => {
  const failing = (times: number, error: Error) => {
    let tried = 0;
    return async () => {
      if (tried++ < times) throw error;
      return tried;
    };
  };
  const away = new StoreUnavailable('away');

  it('is tried again while the store is away', async () => {
    expect(await persist(failing(2, away), new AbortController().signal)).to.equal(3);
  });

  it('is tried once more when waiting ends, and fails then', async () => {
    const ending = new AbortController();
    const written = persist(failing(9, away), ending.signal);
    ending.abort();
    expect(await written.catch((error: unknown) => error)).to.equal(away);
  });

  it('fails at once for any other reason', async () => {
    const broken = new TypeError('not a path');
    const written = persist(failing(1, broken), new AbortController().signal);
    expect(await written.catch((error: unknown) => error)).to.equal(broken);
  });
});
