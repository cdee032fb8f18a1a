import type { FactorizationResult, FactorizationTest } from '../records-analysis.ts';

/**
 * The tests that tell the two ideals apart (paper.md, measurements). Over disjoint pairs of one feature both ideals have
 * mean 0 and standard deviation 0.71, and equal steps are alike on both, so these decide nothing.
 */
export const DECIDING_TESTS = [
  'orthogonality-xy',
  'parallelism-x',
  'parallelism-y',
] as const satisfies readonly FactorizationTest[];

/** What `factorizationScore` is, for people. */
export const SCORE_DEFINITION =
  'Factorization score: T / (C + T), where C and T are the sums, over x–y orthogonality and the parallelism of x and ' +
  'of y, of the Wasserstein-1 distances of the cosines to those of the ideal Clifford torus and of the nearer ' +
  'assignment of the ideal 3D torus; 1 is the Clifford torus, 0 the 3D torus, 0.5 equally far from both, as is also ' +
  'what resembles neither.';

/**
 * One number for how factorized a representation is: T / (C + T) of summed distances, not the mean of such ratios over
 * the tests. A mean would divide 0 by 0: the parallelism of the major angle is 1 on both ideals, so there any model is
 * equally far from both. In the sum such a test only draws the score towards 0.5, by as much as the model misses both.
 *
 * The score says which ideal is nearer, never how near; the distances beside it do. Unrelated points, with cosines of
 * ½ between differences that share an end and of 0 else, score about 0.47.
 */
export function factorizationScore(
  tests: readonly Pick<FactorizationResult['tests'][number], 'test' | 'distance'>[],
): Pick<FactorizationResult, 'bestTorus' | 'score'> {
  const deciding = DECIDING_TESTS.map((name) => tests.find(({ test }) => test === name)!.distance);
  const sum = (to: 'clifford' | 'torusX' | 'torusY'): number =>
    deciding.reduce((total, distance) => total + (distance[to] ?? 0), 0);
  const bestTorus = sum('torusX') <= sum('torusY') ? 'x' : 'y';
  if (
    deciding.some(({ clifford, torusX, torusY }) => clifford === null || torusX === null || torusY === null)
  ) {
    return { bestTorus, score: null };
  }
  const [clifford, torus] = [sum('clifford'), sum(bestTorus === 'x' ? 'torusX' : 'torusY')];
  return { bestTorus, score: clifford + torus > 0 ? torus / (clifford + torus) : null };
}
