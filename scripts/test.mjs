// Runs the tests of one tier, or of all: node scripts/test.mjs [unit|functional|integration|e2e] [mocha arguments]
// A file's name tells its tier: x.test.ts, x.func.test.ts, x.int.test.ts, x.e2e.test.ts (x.real.test.ts: real servers).
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SUFFIXES = {
  unit: '.test.ts',
  functional: '.func.test.ts',
  integration: '.int.test.ts',
  e2e: '.e2e.test.ts',
  real: '.real.test.ts',
};
const EVERYDAY = ['unit', 'functional', 'integration', 'e2e'];

const root = resolve(import.meta.dirname, '..');
const [first, ...others] = process.argv.slice(2);
const tiers = first in SUFFIXES ? [first] : EVERYDAY;
const passedOn = first in SUFFIXES ? others : process.argv.slice(2);

const all = globSync('{services,cli,testing,scripts,bench}/**/*.test.ts', { cwd: root }).sort();
const tierOf = (file) => Object.keys(SUFFIXES).findLast((tier) => file.endsWith(SUFFIXES[tier]));
const files = tiers.flatMap((tier) => all.filter((file) => tierOf(file) === tier));

const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const reporter = join(root, 'testing', 'reporter.mjs');
const args = ['--no-warnings', mocha, '--reporter', reporter, ...passedOn, ...files];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
