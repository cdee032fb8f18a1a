/**
 * Matched filtering with a known Gaussian kernel: where, and how strongly, an image or a marginal shows it.
 *
 * For a centre p the model is I ≈ a·T_p + b with T_p the dataset's own rendering, cropped at the border as the
 * dataset crops it, and b a free background. Least squares give a = C/E with the centred correlations
 * C = ⟨I, T⟩ - ΣI·ΣT/n and E = ⟨T, T⟩ - (ΣT)²/n, and the explained energy 2aC - a²E, which is maximized over p.
 * The amplitude a is at most MAX_AMPLITUDE: else a kernel far outside the frame could be blown up until its
 * tail explains any residue at the border. Kernels are separable, hence all sums are too.
 */

/** One axis of the kernel over `size` pixels; σ in pixels; `period` is `size` on a torus, else null. */
export interface KernelAxis {
  readonly size: number;
  readonly sigma: number;
  readonly period: number | null;
  /** Coarse centres, one per pixel and, on open borders, one more on either side. */
  readonly centers: readonly Template[];
}

/** The kernel around one centre: pixels where it is not negligible, with values, their sum and sum of squares. */
interface Template {
  readonly center: number;
  // at: int32 pixel; value: float64 in (0, 1]
  readonly at: Int32Array;
  readonly value: Float64Array;
  readonly sum: number;
  readonly energy: number;
}

/** A kernel found: centre in pixels, amplitude (1: as in the dataset), and explained energy. */
export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly amplitude: number;
  readonly energy: number;
}

export const MAX_AMPLITUDE = 1.5;
/** Kernel values below this are left out: they are under half a step of a 16-bit image. */
const NEGLIGIBLE = 1e-6;

export function kernelAxis(size: number, sigma: number, period: number | null): KernelAxis {
  const from = period === null ? -1 : 0;
  const to = period === null ? size : size - 1;
  const centers: Template[] = [];
  for (let p = from; p <= to; p++) centers.push(template(size, sigma, period, p));
  return { size, sigma, period, centers };
}

/**
 * The best centre in an image.
 * @param image (y.size, x.size) float64, intensities; row-major
 * @param skip true for coarse centres that may not be chosen
 * @returns null if nothing correlates with the kernel
 */
export function locate2d(
  image: Float64Array,
  x: KernelAxis,
  y: KernelAxis,
  skip: (px: number, py: number) => boolean = () => false,
): Hit | null {
  const n = x.size * y.size;
  const mean = sum(image) / n;
  // rows: (y.size, x.centers) float64, the image correlated along x
  const nx = x.centers.length;
  const rows = new Float64Array(y.size * nx);
  for (let r = 0; r < y.size; r++) {
    for (let p = 0; p < nx; p++) {
      const { at, value } = x.centers[p]!;
      let c = 0;
      for (let k = 0; k < at.length; k++) c += image[r * x.size + at[k]!]! * value[k]!;
      rows[r * nx + p] = c;
    }
  }
  let best: { x: number; y: number } | null = null;
  let bestEnergy = 0;
  const line = new Float64Array(nx);
  for (const ty of y.centers) {
    line.fill(0);
    for (let k = 0; k < ty.at.length; k++) {
      const row = ty.at[k]! * nx;
      const v = ty.value[k]!;
      for (let p = 0; p < nx; p++) line[p]! += rows[row + p]! * v;
    }
    for (let p = 0; p < nx; p++) {
      const tx = x.centers[p]!;
      const s = tx.sum * ty.sum;
      const energy = explained(line[p]! - mean * s, tx.energy * ty.energy - (s * s) / n);
      if (energy > bestEnergy && !skip(tx.center, ty.center)) {
        bestEnergy = energy;
        best = { x: tx.center, y: ty.center };
      }
    }
  }
  if (best === null) return null;

  let { x: px, y: py } = best;
  let fit: Fit = { center: px, amplitude: 0, energy: bestEnergy };
  const alongX = new Float64Array(x.size);
  const alongY = new Float64Array(y.size);
  for (let round = 0; round < 2; round++) {
    const ty = template(y.size, y.sigma, y.period, py);
    alongX.fill(0);
    for (let k = 0; k < ty.at.length; k++) {
      const row = ty.at[k]! * x.size;
      for (let c = 0; c < x.size; c++) alongX[c]! += ty.value[k]! * image[row + c]!;
    }
    px = refine(alongX, x, mean, ty, n, px).center;
    const tx = template(x.size, x.sigma, x.period, px);
    alongY.fill(0);
    for (let r = 0; r < y.size; r++) {
      let v = 0;
      for (let k = 0; k < tx.at.length; k++) v += tx.value[k]! * image[r * x.size + tx.at[k]!]!;
      alongY[r] = v;
    }
    fit = refine(alongY, y, mean, tx, n, py);
    py = fit.center;
  }
  return { x: px, y: py, amplitude: fit.amplitude, energy: fit.energy };
}

/**
 * The best centre on a line (a marginal), as `x` of the hit.
 * @param line (axis.size) float64
 */
export function locate1d(
  line: Float64Array,
  axis: KernelAxis,
  skip: (p: number) => boolean = () => false,
): Hit | null {
  const n = axis.size;
  const mean = sum(line) / n;
  let start: number | null = null;
  let bestEnergy = 0;
  for (const t of axis.centers) {
    const { energy } = evaluate(line, t, mean, UNIT, n);
    if (energy > bestEnergy && !skip(t.center)) {
      bestEnergy = energy;
      start = t.center;
    }
  }
  if (start === null) return null;
  const fit = refine(line, axis, mean, UNIT, n, start);
  return { x: fit.center, y: 0, amplitude: fit.amplitude, energy: fit.energy };
}

/** Takes a found kernel out of an image (pass the same axes), in place. */
export function subtract2d(image: Float64Array, x: KernelAxis, y: KernelAxis, hit: Hit): void {
  const tx = template(x.size, x.sigma, x.period, hit.x);
  const ty = template(y.size, y.sigma, y.period, hit.y);
  for (let k = 0; k < ty.at.length; k++) {
    const scale = hit.amplitude * ty.value[k]!;
    const row = ty.at[k]! * x.size;
    for (let m = 0; m < tx.at.length; m++) image[row + tx.at[m]!]! -= scale * tx.value[m]!;
  }
}

export function subtract1d(line: Float64Array, axis: KernelAxis, hit: Hit): void {
  const t = template(axis.size, axis.sigma, axis.period, hit.x);
  for (let k = 0; k < t.at.length; k++) line[t.at[k]!]! -= hit.amplitude * t.value[k]!;
}

/** Distance of two positions on an axis, around the torus where there is a period. */
export function axisDistance(a: number, b: number, period: number | null): number {
  const d = Math.abs(a - b);
  return period === null ? d : Math.abs(d - period * Math.round(d / period));
}

interface Fit {
  readonly center: number;
  readonly amplitude: number;
  readonly energy: number;
}

/** The other axis of a one-dimensional problem. */
const UNIT: Pick<Template, 'sum' | 'energy'> = { sum: 1, energy: 1 };

/**
 * Sub-pixel maximum near `start`: uphill in quarter pixels to a parabola through the best three, then again in
 * steps of a twentieth. At whole pixels alone the parabola is off by more than a tenth for σ = 0.5.
 */
function refine(
  line: Float64Array,
  axis: KernelAxis,
  mean: number,
  other: Pick<Template, 'sum' | 'energy'>,
  n: number,
  start: number,
): Fit {
  const [lo, hi] = axis.period === null ? [-1, axis.size] : [-Infinity, Infinity];
  const at = (center: number): Fit => {
    const c = Math.min(hi, Math.max(lo, center));
    return { center: c, ...evaluate(line, template(axis.size, axis.sigma, axis.period, c), mean, other, n) };
  };
  let fit = climb(at, at(start), 0.25);
  fit = climb(at, fit, 0.05);
  const { period } = axis;
  return period === null ? fit : { ...fit, center: ((fit.center % period) + period) % period };
}

function climb(at: (center: number) => Fit, start: Fit, h: number): Fit {
  let best = start;
  let left = at(best.center - h);
  let right = at(best.center + h);
  // At most eight steps: a flat ridge must not be walked along.
  for (let steps = 0; steps < 8; steps++) {
    if (left.energy > best.energy && left.energy >= right.energy) {
      [right, best, left] = [best, left, at(left.center - h)];
    } else if (right.energy > best.energy) {
      [left, best, right] = [best, right, at(right.center + h)];
    } else break;
  }
  const curvature = left.energy - 2 * best.energy + right.energy;
  const inside = left.center < best.center && best.center < right.center;
  if (!inside || curvature >= -1e-12 * best.energy) return best;
  const shift = (h * (left.energy - right.energy)) / (2 * curvature);
  return Math.abs(shift) <= h ? at(best.center + shift) : best;
}

function evaluate(
  line: Float64Array,
  t: Template,
  mean: number,
  other: Pick<Template, 'sum' | 'energy'>,
  n: number,
): { amplitude: number; energy: number } {
  let c = 0;
  for (let k = 0; k < t.at.length; k++) c += line[t.at[k]!]! * t.value[k]!;
  const s = t.sum * other.sum;
  c -= mean * s;
  const e = t.energy * other.energy - (s * s) / n;
  return { amplitude: amplitude(c, e), energy: explained(c, e) };
}

function amplitude(c: number, e: number): number {
  return c <= 0 || e <= 1e-9 ? 0 : Math.min(MAX_AMPLITUDE, c / e);
}

function explained(c: number, e: number): number {
  const a = amplitude(c, e);
  return a * (2 * c - a * e);
}

function template(size: number, sigma: number, period: number | null, center: number): Template {
  const reach = sigma * Math.sqrt(-2 * Math.log(NEGLIGIBLE));
  const k = -0.5 / (sigma * sigma);
  let from = Math.ceil(center - reach);
  let to = Math.floor(center + reach);
  if (period === null) {
    from = Math.max(0, from);
    to = Math.min(size - 1, to);
  } else if (to - from >= size) {
    // Each pixel once, at its nearest image.
    from = Math.ceil(center - size / 2);
    to = from + size - 1;
  }
  const length = Math.max(0, to - from + 1);
  const at = new Int32Array(length);
  const value = new Float64Array(length);
  let total = 0;
  let energy = 0;
  for (let i = 0; i < length; i++) {
    const pixel = from + i;
    const v = Math.exp(k * (pixel - center) ** 2);
    at[i] = period === null ? pixel : ((pixel % size) + size) % size;
    value[i] = v;
    total += v;
    energy += v * v;
  }
  return { center, at, value, sum: total, energy };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
