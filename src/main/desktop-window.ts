import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Whether the workbench can open in a window of its own: Electron's executable, or why not (one sentence). `installer`
 * is the script that fetches the executable, where that is all that lacks.
 */
export type DesktopWindow =
  | { program: string; obstacle: null; installer: null }
  | { program: null; obstacle: string; installer: string | null };

/** What decides it besides the files; tests pass another machine's. */
export interface Desktop {
  readonly platform: NodeJS.Platform;
  /** User id; undefined where there is none (Windows). */
  readonly uid: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folders named node_modules to look into. */
  readonly modules: readonly string[];
}

/** What `npm start` does by, and what `clifford doctor` says: one truth for both. */
export function findDesktopWindow(desktop: Desktop = thisDesktop()): DesktopWindow {
  const folder = desktop.modules.map((m) => path.join(m, 'electron')).find((f) => existsSync(f));
  const obstacle = windowObstacle(desktop);
  // A program that could not open its window is not worth fetching.
  if (obstacle !== null) return { program: null, obstacle, installer: null };
  const program = folder === undefined ? null : electronProgram(folder);
  if (program !== null) return { program, obstacle: null, installer: null };
  const installer = folder === undefined ? null : path.join(folder, 'install.js');
  return {
    program: null,
    obstacle: NOT_DOWNLOADED,
    installer: installer !== null && existsSync(installer) ? installer : null,
  };
}

const NOT_DOWNLOADED = 'Electron’s program is not here ("npx install-electron" downloads it, about 120 MB).';

function thisDesktop(): Desktop {
  const modules = createRequire(import.meta.url).resolve.paths('electron') ?? [];
  return { platform: process.platform, uid: process.getuid?.(), env: process.env, modules };
}

/** Electron's npm package carries no program; it is fetched on request, and path.txt then says where it is. */
function electronProgram(folder: string): string | null {
  const pointer = path.join(folder, 'path.txt');
  if (!existsSync(pointer)) return null;
  const program = path.join(folder, 'dist', readFileSync(pointer, 'utf8').trim());
  return existsSync(program) ? program : null;
}

function windowObstacle({ platform, uid, env }: Desktop): string | null {
  if (platform !== 'linux') return null;
  if (uid === 0) return 'Electron’s sandbox does not work as root.';
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'There is no display for a window.';
  return null;
}
