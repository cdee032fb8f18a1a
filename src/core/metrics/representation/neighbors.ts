import { throwIfStopped, type Watch } from './rows.ts';

export interface Neighbors {
  /** For each point the k nearest, itself first, then by distance. */
  readonly indices: number[][];
  readonly distances: number[][];
}

/**
 * Exact nearest neighbours by comparing all pairs: up to a few thousand points that takes seconds, and unlike a search
 * by descent it misses none and can be stopped. Of equal distances the lower index wins.
 * @param data (count, width)
 * @param k including the point itself, at most count
 */
export function nearestNeighbors(
  data: Float32Array | Float64Array,
  count: number,
  width: number,
  k: number,
  watch: Watch = {},
): Neighbors {
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let i = 0; i < count; i++) {
    if (i % 64 === 0) {
      throwIfStopped(watch, 'umap');
      watch.onProgress?.(i / count);
    }
    const near: number[] = [i];
    const squares: number[] = [-1]; // the point itself comes first even among copies of it
    for (let j = 0; j < count; j++) {
      if (j === i) continue;
      const bound = squares.length < k ? Infinity : squares[k - 1]!;
      let sum = 0;
      for (let c = 0; c < width; c++) {
        const difference = data[i * width + c]! - data[j * width + c]!;
        sum += difference * difference;
      }
      if (sum >= bound) continue;
      if (squares.length === k) {
        squares.pop();
        near.pop();
      }
      let at = squares.length;
      while (squares[at - 1]! > sum) at--;
      squares.splice(at, 0, sum);
      near.splice(at, 0, j);
    }
    indices.push(near);
    distances.push(squares.map((square) => Math.sqrt(Math.max(0, square))));
  }
  watch.onProgress?.(1);
  return { indices, distances };
}
