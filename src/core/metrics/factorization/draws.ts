import { invalid } from '../../base/errors.ts';
import type { Rng } from '../../base/rng.ts';
import type { LabelGrid } from './grid.ts';

/**
 * Random draws of four points each, as indices of points: uniform over all that the labels have, whatever labels are
 * missing. Nothing is rejected but unequal steps, so that sparse labels cost no more than full ones.
 */
// (draws, 4) int32
export type Draws = Int32Array;

/**
 * Rectangles: f(x, y), f(x′, y), f(x, y′), f(x′, y′) with x ≠ x′ and y ≠ y′.
 * @throws CliffordError INVALID_INPUT if no rectangle of labels is complete
 */
export function drawRectangles(grid: LabelGrid, draws: number, rng: Rng): Draws {
  const { xs, ys, at } = grid;
  const [nx, ny] = [xs.length, ys.length];
  // Pairs of values of one axis, weighted by how many pairs of the other complete them. The shorter axis has fewer.
  const along = nx <= ny ? 'x' : 'y';
  const [n, m] = along === 'x' ? [nx, ny] : [ny, nx];
  const cell = (i: number, j: number): number => (along === 'x' ? at[j * nx + i]! : at[i * nx + j]!);
  const words = Math.ceil(m / 32);
  const bits = new Uint32Array(n * words);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) if (cell(i, j) >= 0) bits[i * words + (j >> 5)]! |= 1 << (j & 31);
  }
  const totals = new Float64Array((n * (n - 1)) / 2);
  let total = 0;
  for (let i = 0, pair = 0; i < n; i++) {
    for (let k = i + 1; k < n; k++, pair++) {
      let common = 0;
      for (let w = 0; w < words; w++) common += popcount(bits[i * words + w]! & bits[k * words + w]!);
      totals[pair] = total += common * (common - 1);
    }
  }
  if (total === 0) {
    throw invalid(
      `labels: got no two values of x and two values of y with all four points (${nx} × ${ny} values), ` +
        'expected points on a grid',
    );
  }
  const firsts = new Float64Array(n); // pairs before those that begin with i
  for (let i = 1; i < n; i++) firsts[i] = firsts[i - 1]! + (n - i);
  const out = new Int32Array(4 * draws);
  const shared = new Int32Array(m);
  for (let d = 0; d < draws; d++) {
    const pair = pick(totals, rng.uniform() * total);
    const i = pick(firsts, pair, 1) - 1;
    const k = i + 1 + pair - firsts[i]!;
    let count = 0;
    for (let j = 0; j < m; j++) if (cell(i, j) >= 0 && cell(k, j) >= 0) shared[count++] = j;
    const j = rng.int(count);
    const l = other(rng.int(count - 1), j);
    const [a, b] = rng.uint32() & 1 ? [i, k] : [k, i];
    const [c, e] = [shared[j]!, shared[l]!];
    const corners = [cell(a, c), cell(b, c), cell(a, e), cell(b, e)] as const;
    // Along x the second corner is another x; along y it would be another y.
    if (along === 'x') out.set(corners, 4 * d);
    else out.set([corners[0], corners[2], corners[1], corners[3]], 4 * d);
  }
  return out;
}

/** Two disjoint pairs of values of x at one y: f(a, y), f(b, y), f(c, y), f(d, y), all different. Empty if no row has four. */
export function drawFours(grid: LabelGrid, draws: number, rng: Rng): Draws {
  const rows = rowsOf(grid, 4, (n) => n * (n - 1) * (n - 2) * (n - 3));
  if (rows === null) return new Int32Array(0);
  const out = new Int32Array(4 * draws);
  for (let d = 0; d < draws; d++) {
    const { points } = rows.draw(rng);
    const chosen: number[] = [];
    for (let k = 0; k < 4; k++) {
      let at = rng.int(points.length - k);
      for (const taken of chosen) if (at >= taken) at++;
      out[4 * d + k] = points[at]!;
      chosen.push(at);
      chosen.sort((a, b) => a - b);
    }
  }
  return out;
}

/** Attempts for each draw: half of them fit on an evenly spaced axis. */
const ATTEMPTS = 64;

/**
 * Equal steps δ from two bases at one y: f(a, y), f(a + δ, y), f(b, y), f(b + δ, y) with a ≠ b. Steps do not wrap: the
 * labels need not be periodic. Fewer than asked for if hardly any steps are equal, as with uneven values.
 */
export function drawSteps(grid: LabelGrid, draws: number, rng: Rng): Draws {
  const rows = rowsOf(grid, 3, (n) => n * (n - 1) * (n - 1));
  if (rows === null) return new Int32Array(0);
  // Multiples of a spacing differ by equal steps up to rounding.
  const tolerance = 1e-9 * (grid.xs.at(-1)! - grid.xs[0]!);
  const out: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS * draws && out.length < 4 * draws; attempt++) {
    const { values, points } = rows.draw(rng);
    const a = rng.int(points.length);
    const b = other(rng.int(points.length - 1), a);
    const c = other(rng.int(points.length - 1), a);
    const d = find(values, values[c]! + values[b]! - values[a]!, tolerance);
    if (d >= 0) out.push(points[a]!, points[b]!, points[c]!, points[d]!);
  }
  return Int32Array.from(out);
}

interface Row {
  readonly values: readonly number[];
  readonly points: readonly number[];
}

/** Rows with at least so many points, drawn by weight; null if there is none. */
function rowsOf(
  { xs, ys, at }: LabelGrid,
  least: number,
  weight: (points: number) => number,
): { draw(rng: Rng): Row } | null {
  const rows: Row[] = [];
  for (let y = 0; y < ys.length; y++) {
    const present = xs
      .map((value, x) => ({ value, point: at[y * xs.length + x]! }))
      .filter((p) => p.point >= 0);
    if (present.length < least) continue;
    rows.push({ values: present.map((p) => p.value), points: present.map((p) => p.point) });
  }
  if (rows.length === 0) return null;
  let total = 0;
  const totals = Float64Array.from(rows, ({ points }) => (total += weight(points.length)));
  return { draw: (rng) => rows[pick(totals, rng.uniform() * total)]! };
}

/** The first place whose ascending total exceeds a number; from a given place on. */
function pick(totals: Float64Array, at: number, from = 0): number {
  let [low, high] = [from, totals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (totals[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One of n − 1 places as one of n that is not `taken`. */
function other(place: number, taken: number): number {
  return place >= taken ? place + 1 : place;
}

function find(values: readonly number[], value: number, tolerance: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value - tolerance) low = middle + 1;
    else high = middle;
  }
  return low < values.length && values[low]! <= value + tolerance ? low : -1;
}

function popcount(v: number): number {
  v -= (v >>> 1) & 0x55555555;
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
