// Generates into a temporary folder and compares with gen/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const fresh = mkdtempSync(join(tmpdir(), 'otvet-gen-'));
try {
  const { status } = spawnSync('buf', ['generate', '--output', fresh], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
  const differing = difference(files(join(fresh, 'gen')), files('gen'));
  for (const file of differing) process.stderr.write(`gen/${file} differs from proto/; run: npm run gen\n`);
  if (differing.length > 0) process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true });
}

function files(folder) {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function difference(wanted, found) {
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].filter((name) => wanted.get(name) !== found.get(name)).sort();
}
