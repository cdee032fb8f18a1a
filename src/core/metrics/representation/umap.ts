import { UMAP } from 'umap-js';
import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import { Rng } from '../../base/rng.ts';
import type { UmapResult } from '../records-analysis.ts';
import { nearestNeighbors } from './neighbors.ts';
import { pack } from './packed.ts';
import { components as principalComponents } from './pca.ts';
import { checkPoints, type Points } from './points.ts';
import { partOf, rowsOf, throwIfStopped, type Watch } from './rows.ts';

export interface UmapOptions extends Watch {
  /** Points that make up a neighbourhood, the point itself among them, as n_neighbors counts them. Default 15. */
  readonly neighbors?: number | undefined;
  /** How closely points may lie in the embedding, default 0.1. */
  readonly minDist?: number | undefined;
  /** Of the embedding, default 2. */
  readonly components?: 2 | 3 | undefined;
  readonly seed?: number | undefined;
}

/** Dimensions in which neighbours are looked for at most. */
const WIDEST = 50;
/** Up to here neighbours are found exactly, by comparing all pairs. */
const EXACT_NEIGHBORS_UP_TO = 8192;
/** Half the width of the embedding that the optimization starts from, and the jitter that parts equal points. */
const START = 10;
const JITTER = 1e-4;

/**
 * UMAP (McInnes, Healy, Melville 2018; paper Fig. 11) by umap-js, with every random draw taken from the seed.
 *
 * Points of more than 50 dimensions are first reduced to their 50 leading principal components. Neighbours are exact up
 * to 8,192 points and found by umap-js's nearest-neighbour descent beyond. The layout starts from the leading principal
 * components instead of umap-js's random positions: what lies far apart then stays so (Kobak and Linderman 2021).
 * @returns the embedding, (points, components)
 * @throws CliffordError INVALID_INPUT for no more points than neighbours, values that are not finite, no variance, or
 *   options out of range; CANCELLED
 */
export function umap(points: Points, options: UmapOptions = {}): UmapResult {
  const { neighbors = 15, minDist = 0.1, components = 2, seed = 0 } = options;
  if (!Number.isInteger(neighbors) || neighbors < 2) {
    throw invalid(`umap: got ${neighbors} neighbours, expected a whole number from 2`);
  }
  if (!(minDist >= 0 && minDist <= 1)) throw invalid(`umap: got minDist ${minDist}, expected 0 to 1`);
  if (points.count <= neighbors) {
    throw invalid(
      `umap: got ${counted(points.count, 'point')}, expected more than the ${neighbors} neighbours`,
    );
  }
  checkPoints(points, 3, 'umap');
  const random = new Rng(seed, 'embedding');
  const { count, dimension } = points;
  const leading = principalComponents(rowsOf(points), {
    components: dimension > WIDEST ? WIDEST : components,
    seed,
    ...partOf(options, 0, 0.2),
  });
  const [data, width] = dimension > WIDEST ? [leading.scores, leading.kept] : [points.data, dimension];

  const projection = new UMAP({
    nNeighbors: neighbors,
    minDist,
    nComponents: components,
    random: () => random.uniform(),
  });
  if (count <= EXACT_NEIGHBORS_UP_TO) {
    const { indices, distances } = nearestNeighbors(data, count, width, neighbors, partOf(options, 0.2, 0.4));
    projection.setPrecomputedKNN(indices, distances);
  }
  const rows = Array.from({ length: count }, (_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
  const epochs = projection.initializeFit(rows);
  const layout = projection.getEmbedding();
  startFrom(layout, leading.scores, leading.kept, random);
  for (let epoch = 0; epoch < epochs; epoch++) {
    throwIfStopped(options, 'umap');
    projection.step();
    options.onProgress?.(0.4 + (0.6 * (epoch + 1)) / epochs);
  }
  return { neighbors, minDist, seed, embedding: pack(Float32Array.from(layout.flat()), [count, components]) };
}

/** Moves the layout, in place, to the principal components, scaled to START; those that do not exist are only jitter. */
function startFrom(layout: number[][], scores: Float64Array, kept: number, random: Rng): void {
  let largest = 0;
  for (let i = 0; i < layout.length; i++) largest = Math.max(largest, Math.abs(scores[i * kept]!));
  for (const [i, position] of layout.entries()) {
    for (let c = 0; c < position.length; c++) {
      const score = c < kept ? scores[i * kept + c]! : 0;
      position[c] = (START * score) / largest + JITTER * START * random.normal();
    }
  }
}
