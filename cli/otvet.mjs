#!/usr/bin/env node
// The `otvet` command as npx finds it: plain JavaScript for any Node >= 20, with nothing installed.
import { run } from '../scripts/run.mjs';

run(['cli/main.mjs', ...process.argv.slice(2)]);
