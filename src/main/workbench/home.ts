import { rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { CliffordError } from '../../core/base/errors.ts';
import { makeFolders } from '../../files/atomic.ts';

/** Where everything of one installation lies: the history and one folder for each run. */
export interface HomeFolder {
  readonly root: string;
  /** SQLite run history. */
  readonly database: string;
  /** Held while a process trains (see lock.ts). */
  readonly lock: string;
  /** `runs/<id>/…`: files that a run wrote. */
  readonly runs: string;
}

/**
 * Creates the folder if need be. One that is there may be read-only or full: its history can still be read (see
 * `needWritable`).
 * @throws CliffordError STORAGE when it cannot be made, or is not a folder
 */
export function openHome(path: string): HomeFolder {
  const root = resolve(path);
  const runs = join(root, 'runs');
  try {
    makeFolders(runs);
  } catch (error) {
    throw homeError(root, error);
  }
  return { root, runs, database: join(root, 'clifford.db'), lock: join(root, 'train.lock') };
}

/**
 * Proves that the home can be written to, before work begins whose result would be lost otherwise.
 * @throws CliffordError STORAGE when it is read-only, full, or forbidden
 */
export function needWritable({ root }: HomeFolder): void {
  // 4 KiB is one block: a full disk may still take an empty file.
  const probe = join(root, `.probe-${process.pid}`);
  try {
    try {
      writeFileSync(probe, new Uint8Array(4096));
    } finally {
      rmSync(probe, { force: true });
    }
  } catch (error) {
    throw homeError(root, error);
  }
}

/** The home folder when none is given: CLIFFORD_HOME, else the platform's folder for application data. */
export function defaultHome(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  userHome: string = homedir(),
): string {
  if (env.CLIFFORD_HOME) return resolve(env.CLIFFORD_HOME);
  if (platform === 'darwin') return join(userHome, 'Library', 'Application Support', 'Clifford');
  if (platform === 'win32') return join(env.APPDATA || join(userHome, 'AppData', 'Roaming'), 'Clifford');
  // The XDG base directory specification says to ignore relative paths.
  const data = env.XDG_DATA_HOME;
  return join(data && isAbsolute(data) ? data : join(userHome, '.local', 'share'), 'clifford');
}

const WHY: Readonly<Record<string, string>> = {
  EROFS: 'is on a read-only file system',
  EACCES: 'cannot be written to: permission denied',
  EPERM: 'cannot be written to: not permitted',
  ENOSPC: 'is on a full disk',
  EDQUOT: 'is over its disk quota',
  ENOENT: 'cannot be made there: the system refuses new folders',
  ENOTDIR: 'passes through a file',
  EEXIST: 'passes through a file',
};

function homeError(root: string, cause: unknown): CliffordError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const why = isFile(root)
    ? 'is a file'
    : isFile(join(root, 'runs'))
      ? 'holds a file named runs'
      : (WHY[code] ?? `cannot be used (${cause instanceof Error ? cause.message : String(cause)})`);
  return new CliffordError(
    'STORAGE',
    `home folder ${root} ${why}; expected a folder that can be written to (choose one with --home or CLIFFORD_HOME)`,
    { cause },
  );
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
