import { DisjointSets } from '../base/disjoint-sets.ts';

/**
 * Clusters of occupied cells of a lattice, where two cells are linked if they lie within reach of each other: not only
 * neighbours, so a cell may have thousands of partners (6,640 at σ = 1, d = 0.1, θ = 0.005). Exact.
 *
 * What keeps it fast is that cells are never compared with each other. Each row is cut into segments without gaps, and
 * segments into runs whose gaps are within reach, so that a run is one cluster from the start. Pairs of rows then
 * compare runs that are not in one cluster yet, nearest rows first: in a dense lattice all is one cluster after that,
 * and a sparse one has few runs. Rows lie along the axis on which the reach is greater: a row of w cells then has at
 * most w/reach runs, which are compared with those of at most as many rows as the reach has cells.
 */
export interface CellGrid {
  readonly width: number;
  readonly height: number;
  /** Columns (rows) wrap around. */
  readonly wrapX: boolean;
  readonly wrapY: boolean;
}

/**
 * Finds the clusters.
 * @param occupied (height, width) uint8, row-major, 0 is empty
 * @param reach (n) int32, descending: cells b rows apart are linked if they are at most reach[b] columns apart, and never if
 *   b ≥ n
 */
export function clusterCells(occupied: Uint8Array, grid: CellGrid, reach: Int32Array): Clusters {
  if (reach.length - 1 > reach[0]!) return clusterTransposed(occupied, grid, reach);
  const rows = cutIntoRuns(occupied, grid, reach[0]!);
  const sets = new DisjointSets(rows.runs);
  linkRuns(rows, grid, reach, sets);
  return number(rows, grid, sets);
}

function clusterTransposed(occupied: Uint8Array, grid: CellGrid, reach: Int32Array): Clusters {
  const { width, height, wrapX, wrapY } = grid;
  const turned = { width: height, height: width, wrapX: wrapY, wrapY: wrapX };
  const cells = new Uint8Array(occupied.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) cells[x * height + y] = occupied[i++]!;
  // Rows within reach of a cell a columns away: `reach` descends, so those before it falls below a.
  const rowsAt = Int32Array.from({ length: reach[0]! + 1 }, (_, a) => reach.findLastIndex((r) => r >= a));
  const found = clusterCells(cells, turned, rowsAt);
  const of = new Int32Array(occupied.length);
  const numbers = new Int32Array(found.count).fill(-1);
  for (let y = 0, i = 0, count = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const c = found.of[x * height + y]!;
      if (c >= 0 && numbers[c]! < 0) numbers[c] = count++;
      of[i] = c < 0 ? -1 : numbers[c]!;
    }
  }
  return { of, count: found.count };
}

export interface Clusters {
  // of: (height, width) int32, −1 for empty cells, else the cluster's number by its first cell in row-major order
  readonly of: Int32Array;
  readonly count: number;
}

/** Segments lie in order; run r has the segments runFrom[r] ≤ s < runFrom[r + 1], row y the runs rowFrom[y] ≤ r < rowFrom[y + 1]. */
interface Rows {
  readonly runs: number;
  // start, end: (segments) int32, first and last column of each
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly runFrom: Int32Array;
  readonly rowFrom: Int32Array;
}

function cutIntoRuns(occupied: Uint8Array, { width, height }: CellGrid, gap: number): Rows {
  // Where not even neighbours are within reach, each cell is a segment of its own.
  const [starts, ends, runs]: [number[], number[], number[]] = [[], [], []];
  const rowFrom = new Int32Array(height + 1);
  for (let y = 0, i = 0; y < height; y++) {
    rowFrom[y] = runs.length;
    let last = -Infinity; // last occupied column of this row
    for (let x = 0; x < width; x++, i++) {
      if (occupied[i] === 0) continue;
      if (x - last > gap) runs.push(starts.length);
      if (x - last > Math.min(1, gap)) {
        starts.push(x);
        ends.push(x);
      } else ends[ends.length - 1] = x;
      last = x;
    }
  }
  rowFrom[height] = runs.length;
  return {
    runs: runs.length,
    start: Int32Array.from(starts),
    end: Int32Array.from(ends),
    runFrom: Int32Array.from([...runs, starts.length]),
    rowFrom,
  };
}

function linkRuns(rows: Rows, grid: CellGrid, reach: Int32Array, sets: DisjointSets): void {
  const { width, height, wrapX, wrapY } = grid;
  const { rowFrom } = rows;
  const farthest = Math.min(reach.length, height) - 1;
  for (let b = 0; b <= farthest; b++) {
    const within = reach[b]!;
    for (let y = 0; y < height; y++) {
      if (sets.count === 1) return;
      if (rowFrom[y] === rowFrom[y + 1]) continue;
      let z = y + b;
      if (z >= height) {
        if (!wrapY) break;
        z -= height;
      }
      if (rowFrom[z] === rowFrom[z + 1]) continue;
      // Within a row the runs are apart by construction, but for the way around.
      if (b > 0) linkRows(rows, y, z, within, 0, sets);
      if (!wrapX) continue;
      linkRows(rows, y, z, within, width, sets);
      if (b > 0) linkRows(rows, y, z, within, -width, sets);
    }
  }
}

/** Joins runs of row y with those of row z, moved by `shift` columns, that have cells at most `within` columns apart. */
function linkRows(rows: Rows, y: number, z: number, within: number, shift: number, sets: DisjointSets): void {
  const { start, end, runFrom, rowFrom } = rows;
  const [endI, endJ] = [rowFrom[y + 1]!, rowFrom[z + 1]!];
  let i = rowFrom[y]!;
  let j = rowFrom[z]!;
  // Around the border only the outermost runs can meet.
  if (shift > 0) while (i < endI - 1 && end[runFrom[i + 1]! - 1]! + within < start[runFrom[j]!]! + shift) i++;
  while (i < endI && j < endJ) {
    const lastI = end[runFrom[i + 1]! - 1]!;
    const lastJ = end[runFrom[j + 1]! - 1]! + shift;
    const near = start[runFrom[j]!]! + shift <= lastI + within && start[runFrom[i]!]! <= lastJ + within;
    if (near && sets.find(i) !== sets.find(j) && meet(rows, i, j, within, shift)) sets.join(i, j);
    // The next run of the other row lies farther than `within` beyond the end of this one.
    if (lastI <= lastJ) i++;
    else j++;
  }
}

/** Whether two runs have segments at most `within` columns apart; run j is moved by `shift`. */
function meet({ start, end, runFrom }: Rows, i: number, j: number, within: number, shift: number): boolean {
  const [endP, endQ] = [runFrom[i + 1]!, runFrom[j + 1]!];
  let p = runFrom[i]!;
  let q = runFrom[j]!;
  while (p < endP && q < endQ) {
    if (start[q]! + shift <= end[p]! + within && start[p]! <= end[q]! + shift + within) return true;
    if (end[p]! <= end[q]! + shift) p++;
    else q++;
  }
  return false;
}

/** Numbers the clusters by their first cell and writes the number into each cell. */
function number(
  rows: Rows,
  { width, height }: CellGrid,
  sets: DisjointSets,
): { of: Int32Array; count: number } {
  const { start, end, runFrom, rowFrom } = rows;
  const of = new Int32Array(width * height).fill(-1);
  const numbers = new Int32Array(rows.runs).fill(-1);
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let run = rowFrom[y]!; run < rowFrom[y + 1]!; run++) {
      const root = sets.find(run);
      if (numbers[root]! < 0) numbers[root] = count++;
      for (let s = runFrom[run]!; s < runFrom[run + 1]!; s++) {
        of.fill(numbers[root]!, y * width + start[s]!, y * width + end[s]! + 1);
      }
    }
  }
  return { of, count };
}
