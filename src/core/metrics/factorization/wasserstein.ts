import { invalid } from '../../base/errors.ts';

/**
 * Wasserstein-1 distance of two samples on a line: ∫ |F(t) − G(t)| dt of their empirical distribution functions, the
 * definition of scipy.stats.wasserstein_distance. Counts may differ.
 * @param a ascending
 * @param b ascending
 * @throws CliffordError INVALID_INPUT if either is empty
 */
export function wasserstein1(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length === 0 || b.length === 0) {
    throw invalid(
      `Wasserstein distance: got samples of ${a.length} and ${b.length}, expected at least 1 each`,
    );
  }
  let [i, j] = [0, 0];
  let sum = 0;
  let at = Math.min(a[0]!, b[0]!);
  while (i < a.length || j < b.length) {
    const next = j === b.length || (i < a.length && a[i]! <= b[j]!) ? a[i]! : b[j]!;
    sum += Math.abs(i / a.length - j / b.length) * (next - at);
    at = next;
    while (i < a.length && a[i] === next) i++;
    while (j < b.length && b[j] === next) j++;
  }
  return sum;
}
