import { access } from 'node:fs/promises';
import { expect } from 'chai';
import { temporaryFolder } from './folders.ts';
import { freePort, isListening } from './ports.ts';
import { until } from './waiting.ts';

describe('waiting, folders and ports of tests', () => {
  it('waits until a value is there, and says what it waited for in vain', async () => {
    let value: number | undefined;
    setTimeout(() => {
      value = 7;
    }, 10);
    expect(await until(() => value)).to.equal(7);
    const vain = await until(() => false, 20).catch((error: Error) => error.message);
    expect(vain).to.equal('Not within 20 ms. Still not true: () => false');
  });

  it('removes a temporary folder at the end of its scope', async () => {
    let path: string;
    {
      await using folder = await temporaryFolder();
      path = folder.path;
      await access(path);
    }
    const gone = await access(path).catch((error: NodeJS.ErrnoException) => error.code);
    expect(gone).to.equal('ENOENT');
  });

  it('finds a free port', async () => {
    expect(await isListening(await freePort())).to.equal(false);
  });
});
