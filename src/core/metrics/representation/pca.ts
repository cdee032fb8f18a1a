import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import type { PcaResult } from '../records-analysis.ts';
import { symmetricEigen } from './eigen.ts';
import { centred, innerGram, outerGram } from './gram.ts';
import { pack } from './packed.ts';
import { checkPoints, type Points } from './points.ts';
import { forEachBlock, moments, partOf, rowsOf, throwIfStopped, type RowSource, type Watch } from './rows.ts';
import { leadingEigen } from './subspace.ts';

export interface PcaOptions extends Watch {
  /**
   * - `exact`: all min(n, d) eigenvalues of the smaller Gram matrix
   * - `randomized`: its leading eigenvalues by randomized subspace iteration
   * - `auto` (default): exact up to a Gram matrix of side EXACT_UP_TO, else randomized
   */
  readonly method?: 'auto' | 'exact' | 'randomized' | undefined;
  /** Components whose scores are wanted (default 10); no more than min(n, d) exist and are returned. */
  readonly components?: number | undefined;
  /** Of the randomized method. */
  readonly seed?: number | undefined;
}

/**
 * Side of the smaller Gram matrix up to which `auto` finds all eigenvalues. Measured on one busy core: 1.5 s at 1,024 and
 * 7 s at 2,048, and eight times that for each further doubling.
 */
export const EXACT_UP_TO = 2048;
/** Side of the smaller Gram matrix at most: 512 MiB. */
export const LARGEST_SIDE = 8192;
/** Eigenvalues that the randomized method finds even if fewer scores are wanted. */
const RANDOMIZED_SPECTRUM = 32;
/** Numbers in a block of rows: 16 MiB as float32. */
const BLOCK = 1 << 22;

/**
 * Principal components: spectrum with sample variance (n − 1), scores, and the participation ratio (Σλ)²/Σλ², the
 * effective dimension of the paper (Fig. 2c–d). Both sums are exact whatever the method: Σλ is the total variance and
 * Σλ² the squared Frobenius norm of the smaller Gram matrix, which is always computed; the method decides only how
 * many of its eigenvalues are found.
 * @throws CliffordError INVALID_INPUT for fewer than 2 points, a value that is not finite, no variance at all, or more
 *   than LARGEST_SIDE points and dimensions; CANCELLED if the watcher stops it
 */
export function pca(points: Points, options: PcaOptions = {}): PcaResult {
  checkPoints(points, 2, 'pca');
  return pcaOfRows(rowsOf(points), options);
}

/**
 * The same of rows that need not be in memory at once. Memory: the Gram matrix, min(n, d)² float64, and two blocks of
 * rows. Reads everything three times, or, with fewer points than dimensions, each pair of blocks once and everything
 * twice more. The Gram matrix takes n·d·min(n, d)/2 multiplications at about 1.2·10⁹ a second: 2 s for 1,024 × 4,096,
 * 40 s for 20,480 × 2,048, by extrapolation twelve minutes for 102,400 × 4,096.
 * @param blockRows rows read at a time; by default as many as hold 4 Mi numbers
 */
export function pcaOfRows(
  source: RowSource,
  options: PcaOptions & { readonly blockRows?: number | undefined } = {},
): PcaResult {
  const { method, explainedVariance, totalVariance, sumOfSquares, scores, kept } = components(
    source,
    options,
  );
  const explainedVarianceRatio = explainedVariance.map((variance) => variance / totalVariance);
  return {
    method,
    points: source.count,
    dimension: source.dimension,
    explainedVariance,
    explainedVarianceRatio,
    totalVariance,
    participationRatio: totalVariance ** 2 / sumOfSquares,
    top4: explainedVarianceRatio.slice(0, 4).reduce((sum, ratio) => sum + ratio, 0),
    scores: pack(scores, [source.count, kept]),
  };
}

interface Components {
  readonly method: 'exact' | 'randomized';
  readonly explainedVariance: number[];
  readonly totalVariance: number;
  readonly sumOfSquares: number;
  // scores: (count, kept)
  readonly scores: Float64Array;
  readonly kept: number;
}

/** As `pcaOfRows`, with scores in float64 for those who compute on. */
export function components(
  source: RowSource,
  options: PcaOptions & { readonly blockRows?: number | undefined } = {},
): Components {
  const { count: n, dimension: d } = source;
  const { method: wanted = 'auto', components: asked = 10, seed = 0 } = options;
  const side = Math.min(n, d);
  if (n < 2) throw invalid(`pca: got ${counted(n, 'point')}, expected at least 2`);
  if (!Number.isInteger(asked) || asked < 1) {
    throw invalid(`pca: got ${asked} components, expected a whole number from 1`);
  }
  if (side > LARGEST_SIDE) {
    throw invalid(
      `pca: got ${counted(n, 'point')} of ${counted(d, 'dimension')}, whose smaller Gram matrix has side ${side}; expected at most ` +
        `${LARGEST_SIDE} points or a tap of at most ${LARGEST_SIDE} numbers`,
    );
  }
  const blockRows = options.blockRows ?? Math.max(1, Math.floor(BLOCK / d));
  const kept = Math.min(asked, side);
  const method = wanted === 'auto' ? (side <= EXACT_UP_TO ? 'exact' : 'randomized') : wanted;
  const watch = stages(n, d, method);

  const { mean, scatter } = moments(source, blockRows, 'pca', watch(options, 'moments'));
  checkScatter(scatter, n);
  const wide = n < d;
  const gram = (wide ? outerGram : innerGram)(source, mean, blockRows, watch(options, 'gram'));
  let sumOfSquares = 0;
  for (let i = 0; i < gram.length; i++) sumOfSquares += gram[i]! * gram[i]!;

  const leading = Math.min(side, Math.max(kept, RANDOMIZED_SPECTRUM));
  const { values, vectors } =
    method === 'exact'
      ? symmetricEigen(gram, side, kept, watch(options, 'eigen'))
      : leadingEigen(gram, side, leading, seed, watch(options, 'eigen'));
  const scores = (wide ? scoresOfPoints : scoresAlong)(
    source,
    mean,
    vectors,
    values,
    kept,
    blockRows,
    watch(options, 'scores'),
  );
  options.onProgress?.(1);
  return {
    method,
    // A Gram matrix has no negative eigenvalue; what is below zero is the rounding of a zero.
    explainedVariance: Array.from(values, (value) => Math.max(0, value) / (n - 1)),
    totalVariance: scatter / (n - 1),
    sumOfSquares: sumOfSquares / (n - 1) ** 2,
    scores,
    kept,
  };
}

type Stage = 'moments' | 'gram' | 'eigen' | 'scores';

/** Splits 0…1 among the stages by their multiplications. */
function stages(n: number, d: number, method: 'exact' | 'randomized') {
  const side = Math.min(n, d);
  const work: [Stage, number][] = [
    ['moments', 2 * n * d],
    ['gram', (n * d * side) / 2],
    ['eigen', method === 'exact' ? 2 * side ** 3 : 1600 * side ** 2],
    ['scores', 10 * n * d],
  ];
  const total = work.reduce((sum, [, share]) => sum + share, 0);
  return (options: Watch, stage: Stage): Watch => {
    const place = work.findIndex(([name]) => name === stage);
    const before = work.slice(0, place).reduce((sum, [, share]) => sum + share, 0);
    return partOf(options, before / total, (before + work[place]![1]) / total);
  };
}

/** Scores from components: the vectors are eigenvectors of XᵀX. */
function scoresAlong(
  source: RowSource,
  mean: Float64Array,
  vectors: Float64Array,
  _values: Float64Array,
  kept: number,
  blockRows: number,
  watch: Watch,
): Float64Array {
  const d = source.dimension;
  const scores = new Float64Array(source.count * kept);
  const signs = Array.from({ length: kept }, (_, k) => signOf(vectors.subarray(k * d, (k + 1) * d)));
  forEachBlock(source, blockRows, (block, from, to) => {
    throwIfStopped(watch, 'pca');
    const rows = centred(block, to - from, d, mean);
    for (let r = from; r < to; r++) {
      for (let k = 0; k < kept; k++) {
        let sum = 0;
        for (let c = 0; c < d; c++) sum += rows[(r - from) * d + c]! * vectors[k * d + c]!;
        scores[r * kept + k] = signs[k]! * sum;
      }
    }
    watch.onProgress?.(to / source.count);
  });
  return scores;
}

/** Scores from eigenvectors u of XXᵀ: √λ u. The pass over the rows is for the signs of the loadings, Xᵀu. */
function scoresOfPoints(
  source: RowSource,
  mean: Float64Array,
  vectors: Float64Array,
  values: Float64Array,
  kept: number,
  blockRows: number,
  watch: Watch,
): Float64Array {
  const { count: n, dimension: d } = source;
  const loadings = new Float64Array(kept * d);
  forEachBlock(source, blockRows, (block, from, to) => {
    throwIfStopped(watch, 'pca');
    const rows = centred(block, to - from, d, mean);
    for (let r = from; r < to; r++) {
      for (let k = 0; k < kept; k++) {
        const weight = vectors[k * n + r]!;
        for (let c = 0; c < d; c++) loadings[k * d + c]! += weight * rows[(r - from) * d + c]!;
      }
    }
    watch.onProgress?.(to / n);
  });
  const scores = new Float64Array(n * kept);
  for (let k = 0; k < kept; k++) {
    const scale = signOf(loadings.subarray(k * d, (k + 1) * d)) * Math.sqrt(Math.max(0, values[k]!));
    for (let r = 0; r < n; r++) scores[r * kept + k] = scale * vectors[k * n + r]!;
  }
  return scores;
}

/** The sign that makes the largest loading positive. */
function signOf(loadings: Float64Array): number {
  let largest = 0;
  for (const loading of loadings) if (Math.abs(loading) > Math.abs(largest)) largest = loading;
  return largest < 0 ? -1 : 1;
}

/** Squares of the variances are summed: beyond this they leave the range of doubles. */
const SCATTERS = [1e-150, 1e150] as const;

function checkScatter(scatter: number, points: number): void {
  if (scatter === 0) {
    throw invalid(
      `pca: got ${counted(points, 'point')} that are all the same (or nearer than 1e-160), expected some variance`,
    );
  }
  if (!(scatter >= SCATTERS[0] && scatter <= SCATTERS[1])) {
    throw invalid(
      `pca: got points whose squared deviations sum to ${scatter.toPrecision(3)}, expected ${SCATTERS[0]} to ` +
        `${SCATTERS[1]}: scale the points, since participation ratio and shares do not depend on it`,
    );
  }
}
