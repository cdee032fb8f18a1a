import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { toErrorData } from '../../core/base/errors.ts';
import { REQUIRED_NODE_MAJOR } from '../cli/find-node.mjs';
import { findDesktopWindow } from '../desktop-window.ts';
import { defaultHome, needWritable, openHome, type HomeFolder } from './home.ts';

export interface Check {
  readonly name: string;
  /** `broken`: needed, and training does not work without. `warning`: everything but this works. */
  readonly status: 'ok' | 'warning' | 'broken';
  /** What was found: versions, paths, amounts. */
  readonly detail: string;
  /** What to do about it, if anything should be done. */
  readonly fix?: string;
}

export interface DoctorReport {
  /** Nothing is broken: training works here. */
  readonly works: boolean;
  readonly checks: readonly Check[];
}

/**
 * Says what works on this machine and in this home, and what is missing. Never throws, never hangs, and changes
 * nothing but the home.
 */
export async function runDoctor(options: { home?: string } = {}): Promise<DoctorReport> {
  const [sqlite, onnxruntime] = await Promise.all([
    moduleCheck('better-sqlite3', SQLITE_PROBE, 'run `npm ci`; its binary needs the Node named above'),
    moduleCheck('onnxruntime-node', ONNXRUNTIME_PROBE, 'run `npm ci`; its binding needs glibc 2.28 or newer'),
  ]);
  const checks = [
    nodeCheck(process.versions.node),
    platformCheck(),
    memoryCheck(totalmem(), freemem()),
    sqlite,
    onnxruntime,
    ...(await homeChecks(options.home ?? defaultHome(), sqlite.status === 'ok')),
    versionsCheck(),
    windowCheck(),
    chromiumCheck(),
  ];
  return { works: checks.every((check) => check.status !== 'broken'), checks };
}

/** Not called `require`: the build declares one in every module whose text has the word. */
const resolver = createRequire(import.meta.url);

/** find-node.mjs says why no older one will do. */
export function nodeCheck(version: string): Check {
  const detail = `${version} at ${process.execPath}`;
  if (Number.parseInt(version, 10) >= REQUIRED_NODE_MAJOR) return { name: 'node', status: 'ok', detail };
  return {
    name: 'node',
    status: 'broken',
    detail: `${detail}; expected ${REQUIRED_NODE_MAJOR} or newer`,
    fix: 'start Clifford with `npm run` or `npx`, which use the Node among its packages',
  };
}

function platformCheck(): Check {
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const detail = `${process.platform} ${process.arch}, ${cores} core${cores === 1 ? '' : 's'} (${model})`;
  return { name: 'platform', status: 'ok', detail };
}

/** Training the quick preset takes under 1 GiB. */
export function memoryCheck(total: number, free: number): Check {
  const detail = `${gibibytes(total)} in all, ${gibibytes(free)} free`;
  if (total >= 2 * 2 ** 30) return { name: 'memory', status: 'ok', detail };
  return {
    name: 'memory',
    status: 'warning',
    detail,
    fix: 'training the quick preset takes up to 1 GiB: close other programs',
  };
}

const KEY_PACKAGES = ['onnxruntime-node', 'better-sqlite3', 'drizzle-orm', 'zod', 'electron'];

function versionsCheck(): Check {
  const versions = KEY_PACKAGES.map((name) => `${name} ${packageVersion(name) ?? 'absent'}`);
  return { name: 'packages', status: 'ok', detail: versions.join(', ') };
}

const SQLITE_PROBE = `
  const Database = require('better-sqlite3');
  const client = new Database(':memory:');
  console.log('SQLite ' + client.prepare('SELECT sqlite_version()').pluck().get());
`;
const ONNXRUNTIME_PROBE = `
  const ort = require('onnxruntime-node');
  console.log('backends ' + ort.listSupportedBackends().filter((b) => b.bundled).map((b) => b.name).join(', '));
`;

/**
 * Loads a native package in a process of its own: a binary that does not fit crashes the process that loads it, and
 * this one must never load onnxruntime at all.
 */
async function moduleCheck(name: string, probe: string, fix: string): Promise<Check> {
  const { code, out, err } = await runNode(probe);
  if (code === 0)
    return { name, status: 'ok', detail: `${packageVersion(name) ?? 'unknown version'}, ${out.trim()}` };
  const why = /^.*Error: .*$/m.exec(err)?.[0] ?? `loading it ended with ${code}`;
  return { name, status: 'broken', detail: `cannot be loaded: ${why}`, fix };
}

function runNode(source: string): Promise<{ code: number | string; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--input-type=commonjs', '--eval', source], {
      cwd: import.meta.dirname,
      // Within Electron this program is Electron, which would open another window.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
    child.once('error', (error) => done({ code: error.message, out, err }));
    child.once('close', (code, signal) => done({ code: code ?? signal ?? 'unknown', out, err }));
  });
}

async function homeChecks(path: string, hasSqlite: boolean): Promise<Check[]> {
  try {
    const home = openHome(path);
    needWritable(home);
    const disk = statfsSync(home.root);
    const free = disk.bavail * disk.bsize;
    const folder: Check = { name: 'home', status: 'ok', detail: `${home.root}, ${gibibytes(free)} free` };
    const small =
      'a training run of the quick preset writes about 100 MB: free some space or choose another --home';
    return [
      free > 5e8 ? folder : { ...folder, status: 'warning', fix: small },
      hasSqlite ? await historyCheck(home) : UNREAD_HISTORY,
    ];
  } catch (error) {
    // The sentence tells the way out too.
    return [{ name: 'home', status: 'broken', detail: toErrorData(error).message }];
  }
}

const UNREAD_HISTORY: Check = {
  name: 'history',
  status: 'broken',
  detail: 'cannot be opened without better-sqlite3',
  fix: 'see there',
};

async function historyCheck({ database, lock: lockFile, runs: folder }: HomeFolder): Promise<Check> {
  const fix = 'move the file away, restore a backup of it, or choose another --home';
  try {
    // Loaded only here: where the library is missing or crashes, everything else is still told.
    const [{ openStore }, { findRuns }, { readOwner, tryLock }, { unrecordedFolders }] = await Promise.all([
      import('./store/database.ts'),
      import('./store/runs.ts'),
      import('./lock.ts'),
      import('./recovery.ts'),
    ]);
    const store = openStore(database);
    try {
      const runs = store.read((db) => findRuns(db, { includeDeleted: true }).length);
      const damage = store.read((db) => db.$client.pragma('quick_check(1)', { simple: true }) as string);
      if (damage !== 'ok')
        return { name: 'history', status: 'broken', detail: `${database} is corrupt: ${damage}`, fix };
      const lock = tryLock(lockFile);
      lock?.dispose();
      const owner = lock ? undefined : readOwner(lockFile);
      const training = lock
        ? ''
        : `, training ${owner ? `run ${owner.runId} in process ${owner.pid}` : 'now'}`;
      const detail = `${runs} run${runs === 1 ? '' : 's'}${training}`;
      const lost = store.read((db) => unrecordedFolders(folder, db)).length;
      if (lost === 0) return { name: 'history', status: 'ok', detail };
      return {
        name: 'history',
        status: 'warning',
        detail: `${detail}; ${lost} run folder${lost === 1 ? '' : 's'} in ${folder} without a record`,
        fix: `if ${database} was lost, restore a backup of it; if not, move these folders away`,
      };
    } finally {
      store.dispose();
    }
  } catch (error) {
    return { name: 'history', status: 'broken', detail: toErrorData(error).message, fix };
  }
}

function windowCheck(): Check {
  const { program, obstacle } = findDesktopWindow();
  if (program !== null) return { name: 'window', status: 'ok', detail: `Electron at ${program}` };
  const detail = `${obstacle.replace(/\.$/, '')}; "npm start" opens the workbench in the browser instead`;
  return { name: 'window', status: 'warning', detail };
}

const BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome.exe',
  'msedge.exe',
];

function chromiumCheck(): Check {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const given = [process.env.CHROME_PATH, process.env.CHROMIUM_PATH].filter((p) => p !== undefined);
  const found = [...given, ...folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name)))].find(
    existsSync,
  );
  if (found) return { name: 'chromium', status: 'ok', detail: resolve(found) };
  return {
    name: 'chromium',
    status: 'warning',
    detail: 'not found on PATH; only the end-to-end tests need it',
  };
}

function packageVersion(name: string): string | undefined {
  const manifest = findPackage(name);
  return manifest ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version : undefined;
}

/** A package's manifest; not by `require.resolve`, since packages may not export it. */
function findPackage(name: string): string | undefined {
  return (resolver.resolve.paths(name) ?? [])
    .map((f) => join(f, name, 'package.json'))
    .find((f) => existsSync(f));
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
