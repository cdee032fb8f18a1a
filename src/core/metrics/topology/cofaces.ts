import { type Complex, decode } from './simplices.ts';
import type { Column } from './column.ts';

/** The coboundary of simplices of one dimension (1 or 2), enumerated and never stored. */
export interface Coboundary {
  /** Adds all cofaces within the threshold of the simplex with this key. */
  add(key: number, into: Column): void;
  /** The first coface of the filtration if it has the same diameter, else −1. */
  sameDiameter(key: number): number;
  /** Given a coface: the simplex with which it is an apparent pair, else −1. */
  apparentFacet(coface: number): number;
}

/**
 * A simplex and a coface of the same diameter are an apparent pair if the coface is the first of the simplex's cofaces
 * and the simplex the last of the coface's facets. Such a pair needs no reduction, and its bar has zero length (Bauer,
 * "Ripser: efficient computation of Vietoris–Rips persistence barcodes", 2021, section 3.5).
 */
export function coboundary(complex: Complex, dimension: 1 | 2): Coboundary {
  const { n, ranks, limit, binomials, sizes } = complex;
  const vertices = new Int32Array(4);
  const size = sizes[dimension + 1]!;
  const facetSize = sizes[dimension]!;
  const [ones, twos, threes] = [binomials[1]!, binomials[2]!, binomials[3]!];
  const top = binomials[dimension + 2]!;
  const triangles = dimension === 2;

  /** Pushes cofaces with a vertex w, to > w ≥ from, whose index is base + table[w]. */
  function segment(
    into: Column,
    from: number,
    to: number,
    base: number,
    table: Float64Array,
    rank: number,
    a: number,
    b: number,
    c: number,
  ): void {
    for (let w = to - 1; w >= from; w--) {
      let longest = ranks[a + w]!;
      const second = ranks[b + w]!;
      const third = ranks[c + w]!;
      if (second > longest) longest = second;
      if (third > longest) longest = third;
      if (longest >= limit) continue;
      if (rank > longest) longest = rank;
      into.push(longest * size + (size - 1 - base - table[w]!));
    }
  }

  function add(key: number, into: Column): void {
    const rank = decode(complex, key, dimension, vertices);
    const [a, b, c] = [vertices[0]!, vertices[1]!, vertices[2]!];
    const [rowA, rowB, rowC] = [a * n, b * n, triangles ? c * n : b * n];
    into.reserve(n);
    if (triangles) {
      const fours = top;
      segment(into, a + 1, n, threes[a]! + twos[b]! + ones[c]!, fours, rank, rowA, rowB, rowC);
      segment(into, b + 1, a, fours[a]! + twos[b]! + ones[c]!, threes, rank, rowA, rowB, rowC);
      segment(into, c + 1, b, fours[a]! + threes[b]! + ones[c]!, twos, rank, rowA, rowB, rowC);
      segment(into, 0, c, fours[a]! + threes[b]! + twos[c]!, ones, rank, rowA, rowB, rowC);
    } else {
      segment(into, a + 1, n, twos[a]! + ones[b]!, threes, rank, rowA, rowB, rowC);
      segment(into, b + 1, a, threes[a]! + ones[b]!, twos, rank, rowA, rowB, rowC);
      segment(into, 0, b, threes[a]! + twos[b]!, ones, rank, rowA, rowB, rowC);
    }
  }

  function sameDiameter(key: number): number {
    const rank = decode(complex, key, dimension, vertices);
    const w = firstVertex(ranks, n, rank, vertices, dimension, -1);
    if (w < 0) return -1;
    let index = 0;
    let remaining = dimension + 2;
    let placed = false;
    for (let i = 0; i <= dimension; i++) {
      const v = vertices[i]!;
      if (!placed && w > v) {
        index += binomials[remaining--]![w]!;
        placed = true;
      }
      index += binomials[remaining--]![v]!;
    }
    if (!placed) index += ones[w]!;
    return rank * size + (size - 1 - index);
  }

  const facet = new Int32Array(3);

  function apparentFacet(coface: number): number {
    const rank = decode(complex, coface, dimension + 1, vertices);
    // Facets in the order of descending keys: without the greatest vertex first.
    for (let left = 0; left <= dimension + 1; left++) {
      for (let i = 0, at = 0; i <= dimension + 1; i++) if (i !== left) facet[at++] = vertices[i]!;
      let longest = ranks[facet[0]! * n + facet[1]!]!;
      if (triangles) {
        longest = Math.max(longest, ranks[facet[0]! * n + facet[2]!]!, ranks[facet[1]! * n + facet[2]!]!);
      }
      if (longest !== rank) continue;
      if (firstVertex(ranks, n, rank, facet, dimension, vertices[left]!) >= 0) return -1;
      const index = triangles
        ? threes[facet[0]!]! + twos[facet[1]!]! + ones[facet[2]!]!
        : twos[facet[0]!]! + ones[facet[1]!]!;
      return rank * facetSize + (facetSize - 1 - index);
    }
    return -1;
  }

  return { add, sameDiameter, apparentFacet };
}

/** The greatest vertex above `least` that is not in the simplex and at most `rank` away from all of it; −1 if none. */
export function firstVertex(
  ranks: Int32Array,
  n: number,
  rank: number,
  simplex: Int32Array,
  dimension: number,
  least: number,
): number {
  const [a, b] = [simplex[0]!, simplex[1]!];
  const c = dimension === 2 ? simplex[2]! : b;
  const [rowA, rowB, rowC] = [a * n, b * n, c * n];
  for (let w = n - 1; w > least; w--) {
    if (ranks[rowA + w]! <= rank && ranks[rowB + w]! <= rank && ranks[rowC + w]! <= rank) {
      if (w !== a && w !== b && w !== c) return w;
    }
  }
  return -1;
}
