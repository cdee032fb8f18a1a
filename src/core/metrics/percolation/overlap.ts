import { invalid } from '../../base/errors.ts';

/**
 * Overlap of two equal bumps, the normalized L² product ⟨f, g⟩ / (‖f‖ ‖g‖) of their images (Fig. 6b). All lengths are
 * in pixels, σ is that of exp(−Δ²/2σ²).
 */

/** Overlap of bumps at a distance on an unbounded plane: exp(−d²/4σ²). */
export function bumpOverlap(distance: number, sigma: number): number {
  checkSigma(sigma);
  return Math.exp(-(distance ** 2) / (4 * sigma ** 2));
}

/**
 * The distance at which that overlap is θ, up to which bumps are linked: 2σ√ln(1/θ), which is 4.6036 σ at θ = 0.005
 * (Fig. 6) and 3.4616 σ at 0.05 (Fig. 14).
 * @throws CliffordError INVALID_INPUT for σ not above 0 or θ outside (0, 1]
 */
export function overlapCutoff(sigma: number, threshold: number): number {
  checkSigma(sigma);
  checkThreshold(threshold);
  return 2 * sigma * Math.sqrt(-Math.log(threshold));
}

export interface PixelOverlapOptions {
  /** Image side N. Default 32. */
  readonly size?: number;
  /** Direction from one bump to the other, in radians from the x axis. Default 0. */
  readonly angle?: number;
  /** Places within a pixel on each axis, evenly spread from its centre on. Default 10: those of the lattice d = 0.1. */
  readonly offsets?: number;
  readonly periodic?: boolean;
}

/** Over where within a pixel the first bump lies. */
export interface PixelOverlap {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Overlap of two bumps as they are drawn on N×N pixels, which differs from the closed form where σ is small against a
 * pixel and depends on where in the pixel they lie. Both lie about the middle of the image.
 *
 * Of the shapes that the renderer draws, in double precision: between pixels a bump of σ = 0.1 is too faint for the
 * float32 of an image, and one of σ = 0.01 for any number, but normalized the two have a shape. A bump is a product of
 * profiles, so the overlap is one of overlaps along x and y.
 * @throws CliffordError INVALID_INPUT for σ not above 0, a negative distance, one that leaves the image, or no offsets
 */
export function pixelOverlap(
  distance: number,
  sigma: number,
  options: PixelOverlapOptions = {},
): PixelOverlap {
  const { size = 32, angle = 0, offsets = 10, periodic = false } = options;
  checkSigma(sigma);
  if (!(Number.isInteger(offsets) && offsets >= 1)) {
    throw invalid(`offsets: got ${offsets}, expected a whole number of at least 1`);
  }
  if (!(distance >= 0 && distance <= size - 2)) {
    throw invalid(
      `distance: got ${distance}, expected one from 0 to ${size - 2}, which leaves both bumps in the image`,
    );
  }
  const along = (step: number) => axisOverlaps(Math.abs(step), sigma, size, offsets, periodic);
  const x = along(distance * Math.cos(angle));
  const y = along(distance * Math.sin(angle));
  return { mean: x.mean * y.mean, min: x.min * y.min, max: x.max * y.max };
}

/** Overlaps of two profiles a step apart. */
function axisOverlaps(
  step: number,
  sigma: number,
  size: number,
  offsets: number,
  periodic: boolean,
): PixelOverlap {
  const period = periodic ? size : null;
  const a = new Float64Array(size);
  const b = new Float64Array(size);
  const start = Math.floor((size - 1 - step) / 2);
  let [sum, min, max] = [0, Infinity, -Infinity];
  for (let k = 0; k < offsets; k++) {
    const center = start + k / offsets;
    profileShape(a, center, sigma, period);
    profileShape(b, center + step, sigma, period);
    const overlap = cosine(a, b);
    sum += overlap;
    min = Math.min(min, overlap);
    max = Math.max(max, overlap);
  }
  return { mean: sum / offsets, min, max };
}

/** The renderer's profile exp(−Δ²/2σ²) over its greatest value, without ever computing that. */
function profileShape(out: Float64Array, center: number, sigma: number, period: number | null): void {
  let least = Infinity;
  for (let i = 0; i < out.length; i++) {
    let d = i - center;
    if (period !== null) d -= period * Math.round(d / period);
    out[i] = d * d;
    least = Math.min(least, d * d);
  }
  for (let i = 0; i < out.length; i++) out[i] = Math.exp((least - out[i]!) / (2 * sigma * sigma));
}

function cosine(a: Float64Array, b: Float64Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return Math.min(1, ab / Math.sqrt(aa * bb));
}

function checkSigma(sigma: number): void {
  if (!(Number.isFinite(sigma) && sigma > 0))
    throw invalid(`sigma: got ${sigma}, expected a finite width above 0`);
}

export function checkThreshold(threshold: number): void {
  if (!(threshold > 0 && threshold <= 1)) {
    throw invalid(`threshold: got ${threshold}, expected an overlap above 0 and at most 1`);
  }
}
