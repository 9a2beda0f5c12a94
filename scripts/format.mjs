// Puts all files into their one format.
import { steps } from './steps.mjs';

steps([
  ['biome', 'biome', ['check', '--write', '.']],
  ['buf format', 'buf', ['format', '-w']],
]);
