import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeFolder } from '#lib/folders.ts';

describe('a folder', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'otvet-folders-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is made with those around it, for its owner alone, and again', () => {
    const path = join(root, 'a', 'b', 'c');
    for (let again = 0; again < 2; again++) makeFolder(path);
    expect([statSync(path).mode & 0o777, statSync(join(root, 'a')).mode & 0o777]).to.deep.equal([0o700, 0o700]);
  });

  it('cannot be made of or in a file, nor where the system makes none: that is told, and does not hang', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => makeFolder(join(root, 'file'))).to.throw(/EEXIST/);
    expect(() => makeFolder(join(root, 'file', 'data'))).to.throw(/ENOTDIR/);
    if (process.platform === 'linux') expect(() => makeFolder('/proc/otvet/data')).to.throw(/ENOENT/);
  });
});
