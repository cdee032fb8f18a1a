import type { SiteLattice } from './lattice.ts';

/** Clusters of the sites that were occupied so far. */
export interface Growth {
  /** Occupies a site; each at most once. */
  occupy(site: number): void;
  /** Occupied sites. */
  readonly occupied: number;
  readonly clusters: number;
  /** Sites of the largest cluster. */
  readonly largest: number;
  /** Sum of the squares of the clusters' sites. */
  readonly squares: number;
  /** One cluster holds all occupied sites, and any other site would join it: nothing changes any more. */
  readonly settled: boolean;
}

/**
 * Newman–Ziff (Phys. Rev. Lett. 85, 4104, 2000): sites are occupied one at a time and union–find keeps the clusters, so
 * that one pass gives the clusters at every occupation. Sites are linked if the square of their distance in lattice steps
 * is at most `limit`, as `linkLimit` gives it.
 *
 * Links are never listed: a site has thousands of them. The lattice is cut into cells whose diagonal is within the limit,
 * so that all sites of a cell are one cluster and union–find runs over cells; a new site is compared with those of a near
 * cell only while the two are not connected otherwise. Exact: cells decide what is compared, distances what is linked.
 *
 * It has settled once no cell is empty and all are one cluster, since any further site shares a cell with one of it.
 */
export function createGrowth(lattice: SiteLattice, limit: number): Growth {
  const { side, periodic } = lattice;
  const axis = cutAxis(side, limit, periodic);
  const { cells, cellOf, nearFrom, near, gap } = axis;
  // Per cell: parent in the forest, occupied sites of its cluster (at roots), its last occupied site or −1
  const parent = Int32Array.from({ length: cells * cells }, (_, i) => i);
  const mass = new Int32Array(cells * cells);
  const last = new Int32Array(cells * cells).fill(-1);
  // before: (sites) int32, the site of the same cell that was occupied before, or −1
  const before = new Int32Array(lattice.sites);
  let [occupied, clusters, largest, squares, emptyCells] = [0, 0, 0, 0, cells * cells];

  const find = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  };

  /** Whether the cell holds an occupied site within the limit of (i, j). */
  const reaches = (cell: number, i: number, j: number): boolean => {
    for (let other = last[cell]!; other >= 0; other = before[other]!) {
      const row = Math.floor(other / side);
      let dx = Math.abs(other - row * side - i);
      let dy = Math.abs(row - j);
      if (periodic) {
        if (2 * dx > side) dx = side - dx;
        if (2 * dy > side) dy = side - dy;
      }
      if (dx * dx + dy * dy <= limit) return true;
    }
    return false;
  };

  const occupy = (site: number): void => {
    const j = Math.floor(site / side);
    const i = site - j * side;
    const [column, row] = [cellOf[i]!, cellOf[j]!];
    const cell = row * cells + column;
    let root = find(cell);
    if (last[cell]! < 0) {
      clusters++;
      emptyCells--;
    }
    before[site] = last[cell]!;
    last[cell] = site;
    squares += 2 * mass[root]! + 1;
    mass[root]!++;
    occupied++;
    for (let b = nearFrom[row]!; b < nearFrom[row + 1]!; b++) {
      const rest = limit - gap[b]! * gap[b]!;
      const from = near[b]! * cells;
      for (let a = nearFrom[column]!; a < nearFrom[column + 1]!; a++) {
        const other = from + near[a]!;
        if (gap[a]! * gap[a]! > rest || last[other]! < 0) continue;
        const theirs = find(other);
        if (theirs === root || !reaches(other, i, j)) continue;
        squares += 2 * mass[root]! * mass[theirs]!;
        const [large, small] = mass[root]! >= mass[theirs]! ? [root, theirs] : [theirs, root];
        parent[small] = large;
        mass[large]! += mass[small]!;
        root = large;
        clusters--;
      }
    }
    if (mass[root]! > largest) largest = mass[root]!;
  };

  return {
    occupy,
    get occupied() {
      return occupied;
    },
    get clusters() {
      return clusters;
    },
    get largest() {
      return largest;
    },
    get squares() {
      return squares;
    },
    get settled() {
      return emptyCells === 0 && clusters === 1;
    },
  };
}

interface CutAxis {
  readonly cells: number;
  // cellOf: (side) int32
  readonly cellOf: Int32Array;
  // Cell k is near the cells near[nearFrom[k]] … near[nearFrom[k + 1] − 1], whose nearest sites are `gap` steps away.
  readonly nearFrom: Int32Array;
  readonly near: Int32Array;
  readonly gap: Int32Array;
}

/** Cells of one axis, as even as they can be, the widest just narrow enough that its square's diagonal is within the limit. */
function cutAxis(side: number, limit: number, periodic: boolean): CutAxis {
  const widest = 1 + Math.floor(Math.sqrt(limit / 2));
  const cells = Math.ceil(side / widest);
  const start = Int32Array.from({ length: cells + 1 }, (_, k) => Math.floor((k * side) / cells));
  const cellOf = new Int32Array(side);
  for (let k = 0; k < cells; k++) cellOf.fill(k, start[k]!, start[k + 1]!);
  const gapOf = (k: number, l: number): number => {
    if (k === l) return 0;
    const straight = k < l ? start[l]! - start[k + 1]! + 1 : start[k]! - start[l + 1]! + 1;
    if (!periodic) return straight;
    const span = Math.max(start[k + 1]!, start[l + 1]!) - Math.min(start[k]!, start[l]!);
    return Math.min(straight, side - span + 1);
  };
  const [near, gap, nearFrom]: [number[], number[], number[]] = [[], [], [0]];
  // Cells are nearly of one width, so that those beyond `reach` are out of it; fewer cells than that are all looked at.
  const reach = Math.ceil(Math.sqrt(limit) / Math.floor(side / cells)) + 1;
  for (let k = 0; k < cells; k++) {
    const candidates =
      2 * reach + 1 >= cells
        ? Array.from({ length: cells }, (_, l) => l)
        : Array.from({ length: 2 * reach + 1 }, (_, a) => k - reach + a)
            .filter((l) => periodic || (l >= 0 && l < cells))
            .map((l) => (l + cells) % cells);
    for (const l of candidates) {
      const steps = gapOf(k, l);
      if (steps * steps > limit) continue;
      near.push(l);
      gap.push(steps);
    }
    nearFrom.push(near.length);
  }
  return {
    cells,
    cellOf,
    nearFrom: Int32Array.from(nearFrom),
    near: Int32Array.from(near),
    gap: Int32Array.from(gap),
  };
}
