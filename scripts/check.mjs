// All that must hold before a commit: types, format and lint with import boundaries, contracts, gen/ = proto/.
import { steps } from './steps.mjs';

steps([
  ['types', 'tsc', ['--noEmit']],
  ['format, lint, import boundaries', 'biome', ['ci', '--log-level=warn', '.']],
  ['contracts: lint', 'buf', ['lint']],
  ['contracts: format', 'buf', ['format', '--diff', '--exit-code']],
  ['contracts: gen/ matches proto/', 'node', ['scripts/check-generated.mjs']],
  ['docs/configure.md matches the declarations', 'node', ['--no-warnings', 'scripts/configure-docs.ts', '--check']],
  ['dead code', 'knip', ['--no-progress']],
]);
