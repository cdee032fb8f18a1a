import type { Lattice } from './lattice.ts';

/**
 * Sets of labels as runs of flat indices. A stroke takes a few hundred numbers where a bitmap takes a byte for each
 * label of the space, so the runs of a shape can be kept and put together again whenever another shape changes.
 */
// runs: (2·R) uint32, start and end (exclusive) of each run of flat indices, ascending; no run crosses a row's end
export type Runs = Uint32Array;

/** @param nx labels in a row */
export function runsOfBitmap(bitmap: Uint8Array, nx: number): Runs {
  const out: number[] = [];
  let at = bitmap.indexOf(1);
  while (at >= 0) {
    const rowEnd = at - (at % nx) + nx;
    let to = at + 1;
    while (to < rowEnd && bitmap[to] === 1) to++;
    out.push(at, to);
    at = bitmap.indexOf(1, to);
  }
  return Uint32Array.from(out);
}

/** Writes a value to all labels of the runs. */
export function fillRuns(target: Uint8Array, runs: Runs, value: number): void {
  for (let k = 0; k < runs.length; k += 2) target.fill(value, runs[k]!, runs[k + 1]!);
}

/** Whether a label is in the runs. */
export function runsInclude(runs: Runs, index: number): boolean {
  // The first run that ends after the index: runs ascend.
  let [lo, hi] = [0, runs.length / 2];
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (runs[2 * mid + 1]! <= index) lo = mid + 1;
    else hi = mid;
  }
  return lo < runs.length / 2 && runs[2 * lo]! <= index;
}

/** Whether some label of the runs has both features in the frame. */
export function runsTouchFrame({ x, y }: Lattice, runs: Runs): boolean {
  for (let k = 0; k < runs.length; k += 2) {
    const iy = Math.floor(runs[k]! / x.count);
    const [from, to] = [runs[k]! - iy * x.count, runs[k + 1]! - iy * x.count];
    if (iy >= y.frameFrom && iy < y.frameTo && from < x.frameTo && to > x.frameFrom) return true;
  }
  return false;
}
