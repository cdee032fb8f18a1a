import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A temporary folder. */
export interface Scratch {
  readonly folder: string;
  /** Removes it with all that it holds; a second time does nothing. */
  discard(): void;
}

/** Folders that nobody has discarded yet: the process may end in the middle of the work that they are for. */
const kept = new Set<string>();

/** Makes a temporary folder that goes at the end of the process at the latest. */
export function makeScratch(purpose: string): Scratch {
  const folder = mkdtempSync(path.join(tmpdir(), `clifford-${purpose}-`));
  if (kept.size === 0) process.on('exit', discardAll);
  kept.add(folder);
  return {
    folder,
    discard() {
      kept.delete(folder);
      if (kept.size === 0) process.off('exit', discardAll);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function discardAll(): void {
  for (const folder of kept) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // The system clears its temporary folder in time; the others still go now.
    }
  }
}
