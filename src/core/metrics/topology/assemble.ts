import { firstVertex } from './cofaces.ts';
import type { Forest } from './forest.ts';
import { Keys } from './keys.ts';
import type { Pivots } from './pivots.ts';
import type { Pulse } from './pulse.ts';
import { type Complex, decode } from './simplices.ts';

/**
 * Keys of the edges whose coboundaries are to be reduced, ascending: all but those that end a component (clearing) and
 * those in an apparent pair with a triangle.
 */
export function edgeColumns(complex: Complex, { edges, ending }: Forest, beat: Pulse): Float64Array {
  const { n, ranks } = complex;
  const edge = new Int32Array(2);
  const columns = new Keys();
  for (let e = 0; e < edges.length; e++) {
    if (ending[e]) continue;
    beat.work(n >> 2);
    beat.progress = e / edges.length;
    const rank = decode(complex, edges[e]!, 1, edge);
    const [a, b] = [edge[0]!, edge[1]!];
    const w = firstVertex(ranks, n, rank, edge, 1, -1);
    // The edge is the triangle's last facet if those without a greater vertex are shorter.
    const last = (w > a || ranks[w * n + b]! < rank) && (w > b || ranks[w * n + a]! < rank);
    if (w >= 0 && last) continue;
    columns.push(edges[e]!);
  }
  return columns.sorted();
}

/**
 * Keys of the triangles whose coboundaries are to be reduced, ascending: all but those that end a loop (clearing) and
 * those in an apparent pair with an edge or a tetrahedron.
 * @param ending triangles that were the pivot of an edge
 */
export function triangleColumns(complex: Complex, ending: Pivots, beat: Pulse): Float64Array {
  const { n, ranks, limit, binomials, sizes } = complex;
  const [ones, twos, threes] = [binomials[1]!, binomials[2]!, binomials[3]!];
  const size = sizes[2]!;
  const columns = new Keys();
  for (let a = 2; a < n; a++) {
    beat.progress = threes[a]! / size;
    const rowA = a * n;
    for (let b = 1; b < a; b++) {
      beat.work(8 * b);
      const ab = ranks[rowA + b]!;
      if (ab >= limit) continue;
      const rowB = b * n;
      for (let c = 0; c < b; c++) {
        const ac = ranks[rowA + c]!;
        const bc = ranks[rowB + c]!;
        const rank = ab > ac ? (ab > bc ? ab : bc) : ac > bc ? ac : bc;
        if (rank >= limit) continue;
        if (beginsApparent(ranks, n, rank, a, b, c) || endsApparent(ranks, n, rank, a, b, c)) continue;
        const key = rank * size + (size - 1 - threes[a]! - twos[b]! - ones[c]!);
        if (ending.get(key) < 0) columns.push(key);
      }
    }
  }
  return columns.sorted();
}

/** Whether the triangle is in an apparent pair with a tetrahedron. */
function beginsApparent(
  ranks: Int32Array,
  n: number,
  rank: number,
  a: number,
  b: number,
  c: number,
): boolean {
  const [rowA, rowB, rowC] = [a * n, b * n, c * n];
  for (let w = n - 1; w >= 0; w--) {
    const aw = ranks[rowA + w]!;
    if (aw > rank) continue;
    const bw = ranks[rowB + w]!;
    if (bw > rank) continue;
    const cw = ranks[rowC + w]!;
    if (cw > rank || w === a || w === b || w === c) continue;
    // w is the first coface's vertex; the facets that come later than the triangle are those without a greater vertex.
    if (w > a) return true;
    if (bw === rank || cw === rank || ranks[rowB + c] === rank) return false;
    if (w > b) return true;
    if (aw === rank || ranks[rowA + c] === rank) return false;
    return w > c || ranks[rowA + b]! < rank;
  }
  return false;
}

/** Whether the triangle is in an apparent pair with an edge, its last facet if that has its diameter. */
function endsApparent(ranks: Int32Array, n: number, rank: number, a: number, b: number, c: number): boolean {
  const [rowA, rowB, rowC] = [a * n, b * n, c * n];
  let [u, v, left] = [rowB, rowC, a];
  if (ranks[rowB + c] !== rank) [u, v, left] = ranks[rowA + c] === rank ? [rowA, rowC, b] : [rowA, rowB, c];
  for (let w = n - 1; w > left; w--) {
    if (ranks[u + w]! <= rank && ranks[v + w]! <= rank && w !== a && w !== b && w !== c) return false;
  }
  return true;
}
