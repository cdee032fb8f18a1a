import type { RankedEdges } from './distances.ts';

/**
 * Simplices of up to four vertices, as single numbers. A k-simplex with vertices a > b > … has the index C(a, k + 1) +
 * C(b, k) + … (combinatorial number system) and the key
 *
 *     rank · S + (S − 1 − index),   S = C(n, k + 1)
 *
 * with the rank of its longest edge. Keys are exact in a double below 2⁵³, and their order is the filtration: by
 * diameter, and of equal diameters the greater index first. So one comparison of numbers orders two simplices, and a
 * simplex needs no memory but its key.
 */
export interface Complex {
  /** Points. */
  readonly n: number;
  // ranks: (n, n) int32 of the pairs' lengths; `limit` or more is beyond the threshold
  readonly ranks: Int32Array;
  readonly limit: number;
  /** binomials[k][v] is C(v, k), for k ≤ 4 and v ≤ n. */
  readonly binomials: readonly Float64Array[];
  /** sizes[k] is the number of k-simplices on all points: S above. */
  readonly sizes: readonly number[];
}

/** Keys beyond it could lose their last bit when divided by S. */
export const LARGEST_KEY = 2 ** 52;

export function complexOf({ count, ranks, lengths }: RankedEdges): Complex {
  const binomials = Array.from({ length: 5 }, (_, k) => {
    const table = new Float64Array(count + 1);
    for (let v = 0; v <= count; v++) table[v] = choose(v, k);
    return table;
  });
  const sizes = binomials.slice(1).map((table) => table[count]!);
  return { n: count, ranks, limit: lengths.length, binomials, sizes };
}

/** C(n, k) for small k; exact while the products stay below 2⁵³. */
export function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product = (product * (n - i)) / (i + 1);
  return n < k ? 0 : product;
}

/**
 * Vertices of the k-simplex with a key, descending, into `out`.
 * @returns its rank
 */
export function decode({ n, binomials, sizes }: Complex, key: number, k: number, out: Int32Array): number {
  const size = sizes[k]!;
  const rank = Math.floor(key / size);
  let index = size - 1 - (key - rank * size);
  let above = n;
  for (let j = k + 1, position = 0; j > 0; j--, position++) {
    const table = binomials[j]!;
    // The greatest v below `above` with C(v, j) ≤ index; j − 1 always does.
    let [low, high] = [j - 1, above - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (table[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    index -= table[low]!;
    out[position] = low;
    above = low;
  }
  return rank;
}
