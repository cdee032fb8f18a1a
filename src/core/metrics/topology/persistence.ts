import { invalid } from '../../base/errors.ts';
import type { Diagrams } from '../records-analysis.ts';
import { checkPoints, type Points } from '../representation/points.ts';
import { edgeColumns, triangleColumns } from './assemble.ts';
import { type DistanceMatrix, euclideanDistances, type RankedEdges, rankEdges } from './distances.ts';
import { memoryBudget } from './memory.ts';
import { type Forest, spanningForest } from './forest.ts';
import { type Hooks, part, pulse } from './pulse.ts';
import { reduce, type Reduction } from './reduce.ts';
import { complexOf } from './simplices.ts';

export type { DistanceMatrix } from './distances.ts';
export type { Hooks } from './pulse.ts';

export interface PersistenceOptions extends Hooks {
  /** Highest dimension of homology: 0, 1 or 2. */
  readonly maxDim: number;
  /** The filtration ends here, if not at the enclosing radius before; classes alive then have no death. */
  readonly threshold?: number | undefined;
  /** Bytes that may be used. */
  readonly memory?: number | undefined;
}

export interface Persistence {
  /** Births and deaths are diameters, in the points' unit. */
  readonly diagrams: Diagrams;
  /** Least radius of a ball around a point that holds all points. */
  readonly enclosingRadius: number;
}

/**
 * Persistence diagrams of the Vietoris–Rips filtration over Z/2, where a simplex appears at its diameter (paper,
 * measurements). Computed as persistent cohomology as in Ripser (Bauer, J. Appl. Comput. Topol. 5, 2021), and exact;
 * lengths that agree in single precision count as equal, as there, and bars of zero length are left out.
 * @throws CliffordError INVALID_INPUT for fewer than two points, values that are not finite, or more points than memory
 *   allows (naming how many landmarks would fit); CANCELLED when stopped
 */
export function persistence(input: Points | DistanceMatrix, options: PersistenceOptions): Persistence {
  const { maxDim, threshold = Infinity, memory } = options;
  if (![0, 1, 2].includes(maxDim)) throw invalid(`topology: got dimension ${maxDim}, expected 0, 1 or 2`);
  if (!(threshold >= 0)) throw invalid(`topology: got threshold ${threshold}, expected at least 0`);
  if ('data' in input) checkPoints(input, 2, 'topology');
  const budget = memoryBudget(input.count, maxDim, memory);

  // Shares of the time, roughly.
  const [ranked, reached, halfway, assembled] = maxDim === 1 ? [0.2, 0.4, 1, 1] : [0.05, 0.1, 0.2, 0.4];
  const start = pulse(part(options, 0, ranked));
  const matrix =
    'data' in input ? euclideanDistances(input, () => start.work(input.count * input.dimension)) : input;
  const edges = rankEdges(matrix, threshold);
  const complex = complexOf(edges);
  const { lengths, enclosingRadius } = edges;

  const forest = spanningForest(complex);
  const diagrams: Diagrams = [componentBars(forest, edges)];
  if (maxDim >= 1) {
    const columns = edgeColumns(complex, forest, pulse(part(options, ranked, reached)));
    const loops = reduce(complex, 1, columns, budget, pulse(part(options, reached, halfway)));
    diagrams.push(bars(loops.pairs, lengths));
    if (maxDim === 2) {
      const triangles = triangleColumns(complex, loops.pivots, pulse(part(options, halfway, assembled)));
      const voids = reduce(complex, 2, triangles, budget, pulse(part(options, assembled, 1)));
      diagrams.push(bars(voids.pairs, lengths));
    }
  }
  options.onProgress?.(1);
  return { diagrams, enclosingRadius };
}

/** Every point is born at 0; what is left of the components after the last edge never dies. */
function componentBars({ deaths }: Forest, { count, lengths }: RankedEdges): Diagrams[number] {
  const pairs: Diagrams[number] = [];
  for (let i = deaths.length; i < count; i++) pairs.push([0, null]);
  for (const rank of deaths) if (lengths[rank]! > 0) pairs.push([0, lengths[rank]!]);
  return longestFirst(pairs);
}

function bars(pairs: Reduction['pairs'], lengths: Float64Array): Diagrams[number] {
  const result: Diagrams[number] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const death = pairs[i + 1]!;
    result.push([lengths[pairs[i]!]!, death < 0 ? null : lengths[death]!]);
  }
  return longestFirst(result);
}

/** Classes that never die, then the others by length; of equals the one born first. */
function longestFirst(pairs: Diagrams[number]): Diagrams[number] {
  const length = ([birth, death]: Diagrams[number][number]) => (death ?? Infinity) - birth;
  return pairs.sort((p, q) => {
    const [first, second] = [length(p), length(q)];
    return first === second ? p[0] - q[0] : second - first;
  });
}
