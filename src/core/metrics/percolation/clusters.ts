import { DisjointSets } from '../../base/disjoint-sets.ts';
import { invalid } from '../../base/errors.ts';

export interface SiteClusters {
  /** Number of clusters. */
  readonly components: number;
  /** Sites of the largest cluster. */
  readonly largest: number;
  /** `largest` over the number of sites; 1 for a single site. */
  readonly massRatio: number;
  // clusterOf: (sites) int32, the rank of each site's cluster by size, 0 the largest; equal sizes keep the order in which
  // their first sites are listed
  readonly clusterOf: Int32Array;
  /** Sizes of all clusters, descending. */
  readonly sizes: Int32Array;
}

export interface SiteClustersOptions {
  /** Sides of a torus in the unit of the sites, one for both axes or each its own; sites then lie in [0, side). */
  readonly periodic?: number | readonly [number, number] | undefined;
}

/**
 * Clusters of sites in the plane, where two sites are linked if their distance is at most the cutoff; for bumps that is
 * an overlap of at least θ, with the cutoff from `overlapCutoff` (Fig. 6).
 *
 * A distance that exceeds the cutoff by no more than 1e-9 of it counts as the cutoff: √5 written as a double must reach
 * the lattice distance √5. Distances of whole-numbered sites are then compared as integers.
 *
 * Exact without listing links: sites are put into cells that are too small to hold two sites that are not linked, and
 * two cells that already are one cluster are never compared.
 *
 * @param sites [i, j], finite numbers, in the unit of the cutoff
 * @param cutoff at least 0
 * @throws CliffordError INVALID_INPUT for no site, a site that is no pair of finite numbers, a site listed twice, a
 *   cutoff that is negative or not finite, and sites outside the torus
 */
export function clustersOfSites(
  sites: readonly (readonly [number, number])[],
  cutoff: number,
  options: SiteClustersOptions = {},
): SiteClusters {
  if (!(Number.isFinite(cutoff) && cutoff >= 0)) {
    throw invalid(`cutoff: got ${cutoff}, expected a finite distance of at least 0`);
  }
  const torus = readTorus(options.periodic);
  const places = readSites(sites, torus);
  const limit = squareLimit(cutoff, places.whole);
  const sets = new DisjointSets(sites.length);
  // No site is listed twice, so without a reach nothing is linked.
  if (cutoff === 0) return rankClusters(sets, sites.length);
  const cells = sortIntoCells(places, cutoff);
  for (const cell of cells.list) {
    for (const i of cell.members) sets.join(cell.members[0]!, i);
  }
  linkCells(cells, places, torus, cutoff, limit, sets);
  return rankClusters(sets, sites.length);
}

/** A squared distance up to which two sites are linked; for whole numbers the greatest whole one. */
function squareLimit(cutoff: number, whole: boolean): number {
  const square = cutoff * cutoff * (1 + 1e-9) ** 2;
  return whole ? Math.floor(square) : square;
}

interface Places {
  // x, y: (sites) float64
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly whole: boolean;
}

type Torus = readonly [number, number] | null;

function readTorus(periodic: SiteClustersOptions['periodic']): Torus {
  if (periodic === undefined) return null;
  const [width, height] = typeof periodic === 'number' ? [periodic, periodic] : periodic;
  for (const side of [width, height]) {
    if (!(Number.isFinite(side) && side > 0)) {
      throw invalid(`periodic: got a side of ${side}, expected a finite number above 0`);
    }
  }
  return [width, height];
}

function readSites(sites: readonly (readonly [number, number])[], torus: Torus): Places {
  if (sites.length === 0) throw invalid('sites: got none, expected at least one');
  const x = new Float64Array(sites.length);
  const y = new Float64Array(sites.length);
  const firstAt = new Map<number, Map<number, number>>();
  let whole = torus === null || torus.every(Number.isInteger);
  sites.forEach((site, k) => {
    const [i, j] = site;
    if (site.length !== 2 || !Number.isFinite(i) || !Number.isFinite(j)) {
      throw invalid(`sites[${k}]: got ${JSON.stringify(site)}, expected two finite numbers [i, j]`);
    }
    if (torus !== null && !(i >= 0 && i < torus[0] && j >= 0 && j < torus[1])) {
      throw invalid(
        `sites[${k}]: got [${i}, ${j}], expected a site of the torus [0, ${torus[0]}) × [0, ${torus[1]})`,
      );
    }
    const row = mapAt(firstAt, j, () => new Map<number, number>());
    const before = row.get(i);
    if (before !== undefined) {
      throw invalid(
        `sites[${k}]: got [${i}, ${j}], which sites[${before}] is already; expected each site once`,
      );
    }
    row.set(i, k);
    whole &&= Number.isInteger(i) && Number.isInteger(j);
    x[k] = i;
    y[k] = j;
  });
  return { x, y, whole };
}

interface Cell {
  readonly column: number;
  readonly row: number;
  readonly members: number[];
  /** The box around the members. */
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Cells {
  readonly list: Cell[];
  /** By row, then by column. */
  readonly at: Map<number, Map<number, Cell>>;
  readonly side: number;
}

function sortIntoCells({ x, y, whole }: Places, cutoff: number): Cells {
  const side = cellSide(cutoff, whole, x, y);
  const at: Cells['at'] = new Map();
  const list: Cell[] = [];
  for (let k = 0; k < x.length; k++) {
    const [i, j] = [x[k]!, y[k]!];
    const [column, row] = [Math.floor(i / side), Math.floor(j / side)];
    const cell = mapAt(
      mapAt(at, row, () => new Map<number, Cell>()),
      column,
      () => {
        const made = { column, row, members: [], left: i, right: i, top: j, bottom: j };
        list.push(made);
        return made;
      },
    );
    cell.members.push(k);
    cell.left = Math.min(cell.left, i);
    cell.right = Math.max(cell.right, i);
    cell.top = Math.min(cell.top, j);
    cell.bottom = Math.max(cell.bottom, j);
  }
  return { list, at, side };
}

/** The side of a cell whose diagonal is at most the cutoff, so that any two of its sites are linked. */
function cellSide(cutoff: number, whole: boolean, x: Float64Array, y: Float64Array): number {
  // Whole-numbered sites of a cell of side s are at most (s − 1)√2 apart.
  if (whole) return 1 + Math.floor(Math.sqrt(Math.floor(cutoff * cutoff * (1 + 1e-9)) / 2));
  const side = cutoff / Math.SQRT2;
  let extent = 0;
  for (let k = 0; k < x.length; k++) extent = Math.max(extent, Math.abs(x[k]!), Math.abs(y[k]!));
  if (!(extent / side <= Number.MAX_SAFE_INTEGER / 4)) {
    throw invalid(
      `cutoff: got ${cutoff} for sites up to ${extent} from the origin, expected at least ` +
        `${(extent / 1e15).toExponential(1)}, below which doubles cannot tell their distances`,
    );
  }
  return side;
}

function linkCells(
  { list, at, side }: Cells,
  places: Places,
  torus: Torus,
  cutoff: number,
  limit: number,
  sets: DisjointSets,
): void {
  // The last cell of a torus may be cut off, which brings those beyond it nearer by less than one cell.
  const reach = Math.ceil((cutoff * (1 + 1e-9)) / side) + (torus === null ? 0 : 1);
  const columns = torus === null ? Infinity : Math.ceil(torus[0] / side);
  const rows = torus === null ? Infinity : Math.ceil(torus[1] / side);
  const link = (a: Cell, b: Cell): void => {
    if (sets.find(a.members[0]!) === sets.find(b.members[0]!)) return;
    if (boxDistance(a, b, torus) <= limit && meet(a, b, places, torus, limit)) {
      sets.join(a.members[0]!, b.members[0]!);
    }
  };
  if ((2 * reach + 1) ** 2 > list.length) {
    for (let p = 0; p < list.length; p++) for (let q = 0; q < p; q++) link(list[p]!, list[q]!);
    return;
  }
  for (const cell of list) {
    for (let b = -reach; b <= reach; b++) {
      const row = at.get(around(cell.row + b, rows));
      if (row === undefined) continue;
      for (let a = -reach; a <= reach; a++) {
        const other = row.get(around(cell.column + a, columns));
        if (other !== undefined) link(cell, other);
      }
    }
  }
}

const around = (i: number, n: number): number => (n === Infinity ? i : ((i % n) + n) % n);

/** Squared distance of the boxes around two cells' sites. */
function boxDistance(a: Cell, b: Cell, torus: Torus): number {
  const x = gap(a.left, a.right, b.left, b.right, torus?.[0] ?? Infinity);
  const y = gap(a.top, a.bottom, b.top, b.bottom, torus?.[1] ?? Infinity);
  return x * x + y * y;
}

function gap(from: number, to: number, otherFrom: number, otherTo: number, period: number): number {
  const straight = Math.max(0, otherFrom - to, from - otherTo);
  if (period === Infinity) return straight;
  return Math.max(0, Math.min(straight, otherFrom + period - to, from + period - otherTo));
}

function meet(a: Cell, b: Cell, { x, y }: Places, torus: Torus, limit: number): boolean {
  for (const i of a.members) {
    for (const j of b.members) {
      let dx = Math.abs(x[i]! - x[j]!);
      let dy = Math.abs(y[i]! - y[j]!);
      if (torus !== null) {
        dx = Math.min(dx, torus[0] - dx);
        dy = Math.min(dy, torus[1] - dy);
      }
      if (dx * dx + dy * dy <= limit) return true;
    }
  }
  return false;
}

function rankClusters(sets: DisjointSets, count: number): SiteClusters {
  const numbers = new Map<number, number>();
  const clusterOf = Int32Array.from({ length: count }, (_, i) =>
    mapAt(numbers, sets.find(i), () => numbers.size),
  );
  const counts = new Int32Array(numbers.size);
  for (const c of clusterOf) counts[c]!++;
  const order = Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const ranks = new Int32Array(counts.length);
  order.forEach((c, rank) => (ranks[c] = rank));
  const sizes = Int32Array.from(order, (c) => counts[c]!);
  return {
    components: sizes.length,
    largest: sizes[0]!,
    massRatio: sizes[0]! / count,
    clusterOf: clusterOf.map((c) => ranks[c]!),
    sizes,
  };
}

function mapAt<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
