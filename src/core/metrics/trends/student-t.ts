import { invalid } from '../../base/errors.ts';

/**
 * Quantile of Student's t distribution: the t with P(T ≤ t) = p. Accurate to about 12 digits.
 * @param p in (0, 1)
 * @param degrees degrees of freedom, > 0
 * @throws CliffordError INVALID_INPUT
 */
export function tQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) throw invalid(`t quantile: got p = ${p}, expected a probability in (0, 1)`);
  if (!(degrees > 0)) throw invalid(`t quantile: got ${degrees} degrees of freedom, expected more than 0`);
  if (p < 0.5) return -tQuantile(1 - p, degrees);
  if (p === 0.5) return 0;
  const tail = 1 - p;
  let low = 0;
  let high = 1;
  while (upperTail(high, degrees) > tail) [low, high] = [high, high * 2];
  // Bisection: upperTail falls strictly, and 200 halvings exhaust the doubles between any two bounds.
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (upperTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T > t) for t ≥ 0: half the regularized incomplete beta function at ν/(ν + t²) (DLMF 8.17; Abramowitz, Stegun 26.7.1). */
function upperTail(t: number, degrees: number): number {
  return 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** I_x(a, b), by the continued fraction of DLMF 8.17.22, evaluated with Lentz's method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on one side of the mean; the other side is the mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / nonZero(1 + term * d, tiny);
      c = nonZero(1 + term / c, tiny);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * fraction;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** ln Γ(x) for x > 0, by Lanczos' approximation with g = 7 and nine terms (relative error below 1e-14). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const sum = LANCZOS.reduce((s, c, i) => (i === 0 ? c : s + c / (z + i)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
