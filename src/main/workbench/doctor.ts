import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { toErrorData } from '../../core/base/errors.ts';
import { defaultHome, openHome } from './home.ts';
import { readOwner, tryLock } from './lock.ts';
import { openStore } from './store/database.ts';
import { findRuns } from './store/runs.ts';

export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'missing';
  /** What was found: versions, paths, amounts. */
  readonly detail: string;
  /** What to do about it, if anything should be done. */
  readonly fix?: string;
}

export interface DoctorReport {
  /** True if everything that training needs is there; warnings and optional parts do not count. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Says what works on this machine and in this home, and what is missing. Never throws and changes nothing but the home. */
export async function runDoctor(options: { home?: string } = {}): Promise<DoctorReport> {
  const required = [
    nodeCheck(process.versions.node),
    await moduleCheck('better-sqlite3', SQLITE_PROBE, 'run `npm ci` with Node 24, as package.json says'),
    await moduleCheck(
      'onnxruntime-node',
      ONNXRUNTIME_PROBE,
      'run `npm ci`; its binding needs glibc 2.28 or newer',
    ),
    ...homeChecks(options.home ?? defaultHome()),
  ];
  const optional = [
    platformCheck(),
    memoryCheck(totalmem(), freemem()),
    versionsCheck(),
    electronCheck(),
    chromiumCheck(),
  ];
  return { ok: required.every((check) => check.status !== 'missing'), checks: [...required, ...optional] };
}

const require = createRequire(import.meta.url);

/** Node 22.18 is the first that runs TypeScript unbuilt; better-sqlite3's binary crashes on Node 20. */
export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > 22 || (major === 22 && minor >= 18);
  return good
    ? { name: 'node', status: 'ok', detail: `${version} at ${process.execPath}` }
    : {
        name: 'node',
        status: 'missing',
        detail: `${version} at ${process.execPath}; expected 22.18 or newer`,
        fix: 'start Clifford with `npm run` or `npx`, which use the Node 24 among its packages',
      };
}

function platformCheck(): Check {
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const detail = `${process.platform} ${process.arch}, ${cores} core${cores === 1 ? '' : 's'} (${model})`;
  return { name: 'platform', status: 'ok', detail };
}

/** Training the quick preset takes under 1 GB. */
export function memoryCheck(total: number, free: number): Check {
  const detail = `${gigabytes(total)} in all, ${gigabytes(free)} free`;
  if (total >= 2e9) return { name: 'memory', status: 'ok', detail };
  return {
    name: 'memory',
    status: 'warning',
    detail,
    fix: 'training the quick preset takes up to 1 GB: close other programs',
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
  return { name, status: 'missing', detail: `cannot be loaded: ${why}`, fix };
}

function runNode(source: string): Promise<{ code: number | string; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--input-type=commonjs', '--eval', source], {
      cwd: import.meta.dirname,
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

function homeChecks(path: string): Check[] {
  try {
    const home = openHome(path);
    const disk = statfsSync(home.root);
    const free = disk.bavail * disk.bsize;
    const folder: Check = { name: 'home', status: 'ok', detail: `${home.root}, ${gigabytes(free)} free` };
    const small =
      'a training run of the quick preset writes about 100 MB: free some space or choose another --home';
    return [
      free > 5e8 ? folder : { ...folder, status: 'warning', fix: small },
      historyCheck(home.database, home.lock),
    ];
  } catch (error) {
    const fix = 'choose a folder that can be written to with --home or CLIFFORD_HOME';
    return [{ name: 'home', status: 'missing', detail: toErrorData(error).message, fix }];
  }
}

function historyCheck(database: string, lockFile: string): Check {
  const fix = 'move the file away, restore a backup of it, or choose another --home';
  try {
    const store = openStore(database);
    try {
      const runs = store.read((db) => findRuns(db, { includeDeleted: true }).length);
      const damage = store.read((db) => db.$client.pragma('quick_check(1)', { simple: true }) as string);
      if (damage !== 'ok')
        return { name: 'history', status: 'missing', detail: `${database} is corrupt: ${damage}`, fix };
      const lock = tryLock(lockFile);
      lock?.dispose();
      const owner = lock ? undefined : readOwner(lockFile);
      const training = lock
        ? ''
        : `, training ${owner ? `run ${owner.runId} in process ${owner.pid}` : 'now'}`;
      return { name: 'history', status: 'ok', detail: `${runs} run${runs === 1 ? '' : 's'}${training}` };
    } finally {
      store.dispose();
    }
  } catch (error) {
    return { name: 'history', status: 'missing', detail: toErrorData(error).message, fix };
  }
}

/** The package carries no binary; it is fetched at the first start. */
function electronCheck(): Check {
  const name = 'electron';
  const manifest = findPackage('electron');
  if (!manifest)
    return { name, status: 'warning', detail: 'not installed; the workbench opens in the browser instead' };
  const folder = dirname(manifest);
  const pathFile = join(folder, 'path.txt');
  const binary = existsSync(pathFile)
    ? join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
    : undefined;
  if (binary && existsSync(binary)) return { name, status: 'ok', detail: binary };
  return {
    name,
    status: 'warning',
    detail: 'its binary has not been fetched; the workbench opens in the browser instead',
    fix: 'run `npx install-electron` where GitHub can be reached',
  };
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
  return (require.resolve.paths(name) ?? [])
    .map((f) => join(f, name, 'package.json'))
    .find((f) => existsSync(f));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
