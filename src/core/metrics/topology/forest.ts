import { DisjointSets } from '../../base/disjoint-sets.ts';
import { type Complex, decode } from './simplices.ts';

/** Kruskal's minimum spanning forest: H₀. */
export interface Forest {
  /** Keys of all edges within the threshold, ascending. */
  readonly edges: Float64Array;
  /** Whether each of them joins two components, and so ends one. */
  readonly ending: Uint8Array;
  /** Ranks of the edges that do, ascending. */
  readonly deaths: Int32Array;
}

export function spanningForest(complex: Complex): Forest {
  const edges = sortedEdges(complex);
  const ending = new Uint8Array(edges.length);
  const deaths = new Int32Array(complex.n);
  let joined = 0;
  const components = new DisjointSets(complex.n);
  const vertices = new Int32Array(2);
  for (let e = 0; e < edges.length && components.count > 1; e++) {
    const rank = decode(complex, edges[e]!, 1, vertices);
    if (!components.join(vertices[0]!, vertices[1]!)) continue;
    ending[e] = 1;
    deaths[joined++] = rank;
  }
  return { edges, ending, deaths: deaths.slice(0, joined) };
}

function sortedEdges({ n, ranks, limit, binomials, sizes }: Complex): Float64Array {
  const edges = new Float64Array(sizes[1]!);
  let count = 0;
  for (let a = 1; a < n; a++) {
    for (let b = 0; b < a; b++) {
      const rank = ranks[a * n + b]!;
      if (rank < limit) edges[count++] = rank * sizes[1]! + (sizes[1]! - 1 - binomials[2]![a]! - b);
    }
  }
  return edges.subarray(0, count).sort();
}
