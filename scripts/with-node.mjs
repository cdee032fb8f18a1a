// node scripts/with-node.mjs SCRIPT ARGS…
//
// Runs a script of this clone by the right Node with node_modules/.bin first in PATH, after installing what is
// missing. Plain JavaScript without dependencies: on a fresh clone nothing but Node 20 and npm is there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findNode, noNodeMessage, PACKAGE_ROOT, runAndExit } from '../src/main/cli/find-node.mjs';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('usage: node scripts/with-node.mjs SCRIPT [ARGS…]\n');
  process.exit(2);
}

if (!isInstalled(PACKAGE_ROOT)) install();
const node = findNode();
if (node === null) {
  process.stderr.write(`clifford: ${noNodeMessage()}\n`);
  process.exit(5);
}
const bin = path.join(PACKAGE_ROOT, 'node_modules', '.bin');
runAndExit(node, [path.resolve(PACKAGE_ROOT, script), ...args], {
  ...process.env,
  PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
});

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes node_modules/.package-lock.json last,
 * so an interrupted install is seen too; comparing the two needs no stamp of our own that could go stale when
 * somebody runs npm by hand.
 */
function isInstalled(root) {
  let wanted, present;
  try {
    wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
    present = JSON.parse(
      readFileSync(path.join(root, 'node_modules', '.package-lock.json'), 'utf8'),
    ).packages;
  } catch {
    return false;
  }
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    const installed = present[name];
    // Optional packages of other platforms are rightly absent.
    if (installed === undefined) return entry.optional === true;
    return installed.version === entry.version;
  });
}

function install() {
  process.stderr.write('Installing dependencies (once; about a minute) …\n');
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const started = Date.now();
  // No dependency needs its install script: native parts are in the packages, and onnxruntime-node's script
  // fails the whole install where NuGet does not answer. npm's report goes to stderr; stdout is the program's.
  const { status, error } = spawnSync(
    command,
    [...prefix, 'ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'],
    {
      cwd: PACKAGE_ROOT,
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      shell: process.platform === 'win32' && command === 'npm',
    },
  );
  if (status !== 0) {
    process.stderr.write(
      `clifford: "npm ci" failed (${error?.message ?? `exit code ${status}`}), see above.\n`,
    );
    process.exit(5);
  }
  process.stderr.write(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}
