// Regenerates gen/ from proto/.
import { steps } from './steps.mjs';

steps([
  ['buf format', 'buf', ['format', '-w']],
  ['buf generate', 'buf', ['generate']],
  ['docs/configure.md', 'node', ['--no-warnings', 'scripts/configure-docs.ts']],
]);
