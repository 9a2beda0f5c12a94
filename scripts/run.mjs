// Runs a program of this project on the Node that it needs, installing what is missing first.
// Plain JavaScript for any Node >= 20; nothing here may import a package.
//   node scripts/run.mjs [--dev] FILE [ARGUMENTS]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const MINIMUM_NODE = 26;
/**
 * Room for short-lived objects, in MiB. The runtime takes far more of it while it starts and does not give it back: with this Otvet at
 * rest needs 175 MiB instead of 238, and answers cost the same.
 */
const RUNTIME_OPTIONS = '--max-semi-space-size=4';
const root = resolve(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.otvet-installed');

export function run(argv) {
  const development = argv[0] === '--dev';
  const [file, ...rest] = development ? argv.slice(1) : argv;
  install(development);
  const options = `${RUNTIME_OPTIONS} ${process.env.NODE_OPTIONS ?? ''}`.trim();
  const env = { ...process.env, NODE_OPTIONS: options };
  const child = spawn(findNode(), [resolve(root, file), ...rest], { stdio: 'inherit', env });
  // A Ctrl-C reaches the whole process group; the child decides when it is done, and we report how it ended.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  // npm ends its shell and not us: what npm started ends with npm.
  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref();
  }
  child.on('error', (error) => fail(`cannot start ${file}: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

/** Installs what package-lock.json names, once for each content of that file; tools for development only when asked. */
function install(development) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8').trim().split(' ') : [];
  if (installed[0] === lock && (installed[1] === 'all' || !development)) return;
  process.stderr.write('Otvet: installing packages (once) ...\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!development) flags.push('--omit=dev');
  const done = spawnSync(npm, flags, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) fail('npm ci failed; see its messages above, then run the command again.');
  writeFileSync(stamp, `${lock} ${development ? 'all' : 'runtime'}\n`);
}

/** This Node when it is new enough, else the one that was installed as a package. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= MINIMUM_NODE) return process.execPath;
  const packaged = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(packaged)) return packaged;
  return fail(
    `Node ${MINIMUM_NODE} or newer is needed and no packaged one fits this machine; this is Node ${process.versions.node}.`,
  );
}

function fail(message) {
  process.stderr.write(`Otvet: ${message}\n`);
  process.exit(1);
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) run(process.argv.slice(2));
