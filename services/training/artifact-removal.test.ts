import { expect } from 'chai';
import { superseded } from './artifact-removal.ts';
import type { ReleaseRecord } from './releases.ts';

const NOW = 10_000_000;
const release = (id: string, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  key: `bank/${id}`,
  assistant: 'bank',
  snapshotSha256: id,
  artifactSha256: id,
  artifactSize: 1,
  format: 1,
  exampleCount: 0,
  passageCount: 0,
  createTime: 0,
  retireTime: 1,
  artifact: 'kept',
  ...more,
});
const removed = (releases: readonly ReleaseRecord[]) => superseded(releases, 'bank/active', NOW).map(({ key }) => key);

describe('artifacts that may go', () => {
  it('are those beyond the three newest', () => {
    expect(removed([release('active'), release('3'), release('2'), release('1'), release('0')])).to.deep.equal([
      'bank/1',
      'bank/0',
    ]);
  });

  it('are never the active one, however old it is', () => {
    expect(removed([release('4'), release('3'), release('2'), release('active')])).to.deep.equal(['bank/2']);
  });

  it('stay a while after another took their place', () => {
    expect(
      removed([release('active'), release('3'), release('2'), release('1', { retireTime: NOW - 1_000 })]),
    ).to.deep.equal([]);
  });
});
