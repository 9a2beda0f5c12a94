import { spawnSync } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Runs each [title, program, arguments] in turn with the installed tools on PATH; stops at none, fails when one fails. */
export function steps(list) {
  const env = { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH };
  const failed = [];
  for (const [title, program, args] of list) {
    const begun = performance.now();
    const { status } = spawnSync(program, args, {
      cwd: root,
      env,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)\n`);
    if (status !== 0) failed.push(title);
  }
  if (failed.length > 0) process.exitCode = 1;
}
