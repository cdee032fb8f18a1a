import { lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { invalid } from '../../core/base/errors.ts';
import type { HomeFolder } from './home.ts';

/**
 * What is stored must not be overwritten by what is handed out, by whatever name: symbolic links are followed, on the
 * way to the path, at its end, and among the run folders.
 * @throws CliffordError INVALID_INPUT
 */
export function needOutside(home: HomeFolder, out: string): void {
  const path = resolve(out);
  // A link at the end is replaced or followed, depending on how it is written: neither may hit what is stored.
  const places = [realPlace(path), join(realPlace(dirname(path)), basename(path))];
  const linked = readdirSync(home.runs, { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => realPlace(join(home.runs, entry.name)));
  const folders = [realPlace(home.runs), ...linked];
  // The beginning of the name stands for its companions too: `clifford.db-wal`, `train.lock.json`.
  const files = [home.database, home.lock].map((file) => join(realPlace(dirname(file)), basename(file)));
  const stored = places.some(
    (place) =>
      folders.some((folder) => place === folder || place.startsWith(folder + sep)) ||
      files.some((file) => place.startsWith(file)),
  );
  if (stored) throw invalid(`${out} belongs to the run history; expected a place outside of it`);
}

/** Where a path that may not exist yet really leads. */
function realPlace(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    // Anything else (a loop of links, no permission) is told when it is written to.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) return path;
    const dangling = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (dangling) return realPlace(resolve(dirname(path), readlinkSync(path)));
    return join(realPlace(dirname(path)), basename(path));
  }
}
