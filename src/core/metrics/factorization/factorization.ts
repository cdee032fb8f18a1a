import { CliffordError, invalid } from '../../base/errors.ts';
import { counted } from '../../base/counted.ts';
import { Rng } from '../../base/rng.ts';
import type { CosineStatistics, FactorizationResult, FactorizationTest } from '../records-analysis.ts';
import { cliffordTorus, torusOfRevolution } from '../representation/ideal.ts';
import { checkPoints, type Points } from '../representation/points.ts';
import { drawFours, drawRectangles, drawSteps, type Draws } from './draws.ts';
import { labelGrid, transposed } from './grid.ts';
import { factorizationScore, SCORE_DEFINITION } from './score.ts';
import { wasserstein1 } from './wasserstein.ts';

export interface FactorizationOptions {
  /** Angle 2π·label/size of the ideal shapes: N of the images. */
  readonly size: number;
  /** Random draws for each test. */
  readonly draws: number;
  readonly seed: number;
  /** Called with 0…1 every few hundred draws. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Asked as often; true ends it with CANCELLED. */
  readonly shouldStop?: (() => boolean) | undefined;
}

/** Differences shorter than this part of the shape's median diagonal |f(x′, y′) − f(x, y)| have no direction. */
const NEAR_ZERO = 1e-3;
/** Equal bins of [−1, 1]. */
const BINS = 40;

type Shape = 'model' | 'clifford' | 'torusX' | 'torusY';
const SHAPES: readonly Shape[] = ['model', 'clifford', 'torusX', 'torusY'];

/**
 * Parallelism and orthogonality of a representation f (paper Fig. 3, 8), beside both ideals:
 *
 * - `orthogonality-xy`: cos[f(x′,y) − f(x,y), f(x,y′) − f(x,y)]
 * - `parallelism-x`: cos[f(x′,y) − f(x,y), f(x′,y′) − f(x,y′)], and `parallelism-y` with x and y exchanged
 * - `orthogonality-xx`: cos[f(b,y) − f(a,y), f(d,y) − f(c,y)] for a, b, c, d all different; `orthogonality-yy` likewise
 * - `steps-xx`: cos[f(a+δ,y) − f(a,y), f(b+δ,y) − f(b,y)] for a ≠ b, without wrapping; `steps-yy` likewise
 *
 * Draws are uniform over the labels that there are. The ideal shapes are measured at the same draws, so that a
 * distance to them is due to shape and not to sampling. A cosine of a difference that is near zero is left out and
 * counted, for each shape by its own scale.
 *
 * @param points one for each label, of any dimension
 * @param labels (n) x, y in frame coordinates, each once, on a grid of at least 3 × 3 values that may have gaps
 * @throws CliffordError INVALID_INPUT for points or labels that are not finite, of different counts, on no such grid,
 *   or all equal; CANCELLED
 */
export function measureFactorization(
  points: Points,
  labels: readonly (readonly [x: number, y: number])[],
  { size, draws, seed, onProgress, shouldStop }: FactorizationOptions,
): FactorizationResult {
  if (!(size > 0 && Number.isFinite(size)))
    throw invalid(`factorization: got size ${size}, expected pixels > 0`);
  if (!(Number.isInteger(draws) && draws > 0)) {
    throw invalid(`factorization: got ${draws} draws, expected a whole number above 0`);
  }
  if (labels.length !== points.count) {
    throw invalid(
      `factorization: got ${counted(labels.length, 'label')} for ${counted(points.count, 'point')}, expected one for each`,
    );
  }
  checkPoints(points, 9, 'factorization');
  const grid = labelGrid(labels);
  const flipped = transposed(grid);
  const angles = Float64Array.from(labels.flat(), (v) => (2 * Math.PI * v) / size);
  const shapes: Readonly<Record<Shape, Points>> = {
    model: points,
    clifford: cliffordTorus(angles),
    torusX: torusOfRevolution(angles, 'x'),
    torusY: torusOfRevolution(angles, 'y'),
  };
  const stream = (family: number): Rng => new Rng(seed, 'factorization', family);
  const families: readonly Family[] = [
    {
      tests: ['orthogonality-xy', 'parallelism-x', 'parallelism-y'],
      draw: () => drawRectangles(grid, draws, stream(0)),
    },
    { tests: ['orthogonality-xx'], draw: () => drawFours(grid, draws, stream(1)) },
    { tests: ['orthogonality-yy'], draw: () => drawFours(flipped, draws, stream(2)) },
    { tests: ['steps-xx'], draw: () => drawSteps(grid, draws, stream(3)) },
    { tests: ['steps-yy'], draw: () => drawSteps(flipped, draws, stream(4)) },
  ];

  const cost = ({ dimension }: Points): number => dimension + 16;
  const whole = families.length * SHAPES.reduce((sum, shape) => sum + cost(shapes[shape]), 0);
  let before = 0;
  const scales = new Map<Shape, number>();
  const tests: FactorizationResult['tests'] = families.flatMap((family, place) => {
    const drawn = family.draw();
    const cosines = SHAPES.map((shape) => {
      const tick = (fraction: number): void => {
        if (shouldStop?.()) throw new CliffordError('CANCELLED', 'the factorization tests were stopped');
        onProgress?.((before + fraction * cost(shapes[shape])) / whole);
      };
      if (place === 0) scales.set(shape, medianDiagonal(shapes[shape], drawn));
      if (place === 0 && shape === 'model' && scales.get(shape) === 0) {
        throw invalid(
          'factorization: got equal points for at least half of the draws, expected points that differ',
        );
      }
      const least = NEAR_ZERO * scales.get(shape)!;
      const found =
        place === 0
          ? rectangleCosines(shapes[shape], drawn, least, tick)
          : [pairCosines(shapes[shape], drawn, least, tick)];
      before += cost(shapes[shape]);
      return found;
    });
    return family.tests.map((test, i) =>
      summarize(
        test,
        cosines.map((found) => found[i]!),
      ),
    );
  });
  onProgress?.(1);
  return { draws, seed, tests, ...factorizationScore(tests), definition: SCORE_DEFINITION };
}

interface Family {
  readonly tests: readonly FactorizationTest[];
  readonly draw: () => Draws;
}

/** Ascending cosines, and how many were left out. */
interface Cosines {
  readonly sorted: Float64Array;
  readonly excluded: number;
}

/** Draws between reports of progress. */
const STRETCH = 512;

/** For rectangles f(x,y), f(x′,y), f(x,y′), f(x′,y′): orthogonality, and parallelism along x and along y. */
function rectangleCosines(
  { data, dimension }: Points,
  drawn: Draws,
  least: number,
  tick: (fraction: number) => void,
): [Cosines, Cosines, Cosines] {
  const count = drawn.length / 4;
  const [xy, x, y] = [collect(count, least), collect(count, least), collect(count, least)];
  for (let i = 0; i < count; i++) {
    if (i % STRETCH === 0) tick(i / count);
    const [a, b, c, d] = corners(drawn, i, dimension);
    let [uu, vv, pp, qq, uv, up, vq] = [0, 0, 0, 0, 0, 0, 0];
    for (let k = 0; k < dimension; k++) {
      const [fa, fb, fc, fd] = [data[a + k]!, data[b + k]!, data[c + k]!, data[d + k]!];
      const u = fb - fa; // along x at y
      const v = fc - fa; // along y at x
      const p = fd - fc; // along x at y′
      const q = fd - fb; // along y at x′
      uu += u * u;
      vv += v * v;
      pp += p * p;
      qq += q * q;
      uv += u * v;
      up += u * p;
      vq += v * q;
    }
    xy.add(uv, uu, vv);
    x.add(up, uu, pp);
    y.add(vq, vv, qq);
  }
  return [xy.end(), x.end(), y.end()];
}

/** For draws f₀, f₁, f₂, f₃: between f₁ − f₀ and f₃ − f₂. */
function pairCosines(
  { data, dimension }: Points,
  drawn: Draws,
  least: number,
  tick: (fraction: number) => void,
): Cosines {
  const count = drawn.length / 4;
  const cosines = collect(count, least);
  for (let i = 0; i < count; i++) {
    if (i % STRETCH === 0) tick(i / count);
    const [a, b, c, d] = corners(drawn, i, dimension);
    let [uu, vv, uv] = [0, 0, 0];
    for (let k = 0; k < dimension; k++) {
      const u = data[b + k]! - data[a + k]!;
      const v = data[d + k]! - data[c + k]!;
      uu += u * u;
      vv += v * v;
      uv += u * v;
    }
    cosines.add(uv, uu, vv);
  }
  return cosines.end();
}

function medianDiagonal({ data, dimension }: Points, rectangles: Draws): number {
  const count = rectangles.length / 4;
  const lengths = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [a, , , d] = corners(rectangles, i, dimension);
    let sum = 0;
    for (let k = 0; k < dimension; k++) sum += (data[d + k]! - data[a + k]!) ** 2;
    lengths[i] = Math.sqrt(sum);
  }
  return lengths.sort()[Math.floor(count / 2)]!;
}

/** Where the rows of a draw's four points begin. */
function corners(drawn: Draws, i: number, dimension: number): [number, number, number, number] {
  return [
    drawn[4 * i]! * dimension,
    drawn[4 * i + 1]! * dimension,
    drawn[4 * i + 2]! * dimension,
    drawn[4 * i + 3]! * dimension,
  ];
}

function collect(
  most: number,
  least: number,
): { add(product: number, squareU: number, squareV: number): void; end(): Cosines } {
  const cosines = new Float64Array(most);
  let [count, excluded] = [0, 0];
  const square = least * least;
  return {
    add(product, squareU, squareV) {
      if (squareU <= square || squareV <= square) excluded++;
      // Rounding leads past ±1 by a few 1e-16 only.
      else cosines[count++] = Math.max(-1, Math.min(1, product / Math.sqrt(squareU) / Math.sqrt(squareV)));
    },
    end: () => ({ sorted: cosines.slice(0, count).sort(), excluded }),
  };
}

function summarize(
  test: FactorizationTest,
  cosines: readonly Cosines[],
): FactorizationResult['tests'][number] {
  const [model, clifford, torusX, torusY] = cosines as [Cosines, Cosines, Cosines, Cosines];
  const distance = (ideal: Cosines): number | null =>
    model.sorted.length === 0 || ideal.sorted.length === 0 ? null : wasserstein1(model.sorted, ideal.sorted);
  return {
    test,
    model: statistics(model),
    clifford: statistics(clifford),
    torusX: statistics(torusX),
    torusY: statistics(torusY),
    distance: { clifford: distance(clifford), torusX: distance(torusX), torusY: distance(torusY) },
  };
}

/** Standard deviation of the draws themselves (divided by n): it describes a distribution. */
function statistics({ sorted, excluded }: Cosines): CosineStatistics {
  const count = sorted.length;
  const histogram = new Array<number>(BINS).fill(0);
  let sum = 0;
  for (const cosine of sorted) {
    sum += cosine;
    histogram[Math.min(BINS - 1, Math.floor(((cosine + 1) / 2) * BINS))]!++;
  }
  if (count === 0) return { mean: null, sd: null, count, excluded, histogram };
  const mean = sum / count;
  let squares = 0;
  for (const cosine of sorted) squares += (cosine - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / count), count, excluded, histogram };
}
