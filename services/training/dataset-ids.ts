import { createHash } from 'node:crypto';

const MAX_LENGTH = 63;

/** The id of the dataset that a file goes into when none is named: the file's name, as far as ids allow its characters. */
export function datasetIdOf(file: string): string {
  const base = (file.split(/[\\/]/).at(-1) ?? file).replace(/\.[A-Za-z0-9]{1,8}$/, '').toLowerCase();
  const plain = base.normalize('NFKD').replace(/\p{M}/gu, '');
  const id = plain.replace(/[^a-z0-9._-]+/g, '-').replace(/^[._-]+|[._-]+$/g, '');
  const kept = id.length / Math.max(1, plain.length);
  if (kept > 0.7 && id.length <= MAX_LENGTH) return id;
  // Names in other scripts: what is left of two of them may be the same, so a hash tells them apart.
  return `${id.slice(0, MAX_LENGTH - 9) || 'file'}-${createHash('sha256').update(base).digest('hex').slice(0, 8)}`;
}
