import { invalid } from '../../base/errors.ts';
import { checkPoints, type Points } from '../representation/points.ts';

/** Distances of all pairs, for spaces that are not given by coordinates. */
export interface DistanceMatrix {
  // distances: (count, count), symmetric, zero on the diagonal
  readonly distances: Float32Array | Float64Array;
  readonly count: number;
}

/**
 * Edges by length. Lengths are compared in single precision, as ripser does: on a regular grid equal lengths differ in
 * the last bit of a double, and each such difference would be a bar. What is reported is in double precision.
 */
export interface RankedEdges {
  readonly count: number;
  // ranks: (count, count) int32, position of the pair's length among `lengths`; lengths.length beyond the threshold
  readonly ranks: Int32Array;
  /** Distinct lengths up to the threshold, ascending; a class is named by its least member. */
  readonly lengths: Float64Array;
  /** Least radius of a ball around a point that holds all points: beyond it the complex is a cone. */
  readonly enclosingRadius: number;
}

/**
 * Euclidean distances of points.
 * @throws CliffordError INVALID_INPUT for values that are not finite, or coordinates too large for a distance
 */
export function euclideanDistances(points: Points, onRow: () => void = () => {}): DistanceMatrix {
  checkPoints(points, 2, 'topology');
  const { data, count, dimension } = points;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    onRow();
    for (let j = 0; j < i; j++) {
      const d = Math.sqrt(squaredDistance(data, i * dimension, j * dimension, dimension));
      distances[i * count + j] = d;
      distances[j * count + i] = d;
    }
  }
  return { distances, count };
}

/** Squared distance of the rows that start at `a` and `b`. */
export function squaredDistance(data: Points['data'], a: number, b: number, dimension: number): number {
  let sum = 0;
  for (let k = 0; k < dimension; k++) {
    const difference = data[a + k]! - data[b + k]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * Sorts the edges up to the enclosing radius, or up to the threshold if that is less.
 * @throws CliffordError INVALID_INPUT for a matrix that is not one of distances
 */
export function rankEdges(matrix: DistanceMatrix, threshold = Infinity): RankedEdges {
  checkDistances(matrix);
  const { distances, count } = matrix;
  const enclosingRadius = enclosing(matrix);
  let largest = 0;
  for (const d of distances) largest = Math.max(largest, d);
  // A power of two scales exactly, and keeps single precision clear of its smallest and largest numbers.
  const scale = largest > 0 ? 2 ** -Math.floor(Math.log2(largest)) : 1;
  const end = Math.fround(Math.min(enclosingRadius, threshold) * scale);

  const sorted = new Float64Array((count * (count - 1)) / 2);
  let edges = 0;
  for (let i = 1; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const d = distances[i * count + j]!;
      if (Math.fround(d * scale) <= end) sorted[edges++] = d;
    }
  }
  const within = sorted.subarray(0, edges).sort();
  // Both arrays ascend, since rounding never changes an order.
  const classes = new Float32Array(edges);
  let distinct = 0;
  for (const d of within) {
    const rounded = Math.fround(d * scale);
    if (distinct > 0 && classes[distinct - 1] === rounded) continue;
    classes[distinct] = rounded;
    sorted[distinct++] = d;
  }
  const ranks = new Int32Array(count * count);
  for (let i = 1; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const rounded = Math.fround(distances[i * count + j]! * scale);
      const rank = rounded <= end ? search(classes, distinct, rounded) : distinct;
      ranks[i * count + j] = rank;
      ranks[j * count + i] = rank;
    }
  }
  return { count, ranks, lengths: sorted.slice(0, distinct), enclosingRadius };
}

/** Position of a value that is there. */
function search(ascending: Float32Array, length: number, value: number): number {
  let [low, high] = [0, length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function enclosing({ distances, count }: DistanceMatrix): number {
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    let farthest = 0;
    for (let j = 0; j < count; j++) farthest = Math.max(farthest, distances[i * count + j]!);
    least = Math.min(least, farthest);
  }
  return least;
}

function checkDistances({ distances, count }: DistanceMatrix): void {
  if (distances.length !== count * count || count < 1) {
    throw invalid(
      `topology: got ${distances.length} distances of ${count} points, expected ${count}×${count}`,
    );
  }
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const d = distances[i * count + j]!;
      if (!(d >= 0 && d < Infinity)) {
        throw invalid(
          `topology: got distance ${d} of points ${j} and ${i}, expected a finite number of at least 0`,
        );
      }
      if (i === j && d !== 0)
        throw invalid(`topology: got distance ${d} of point ${i} to itself, expected 0`);
      if (d !== distances[j * count + i]) {
        throw invalid(
          `topology: got distances ${d} and ${distances[j * count + i]} of points ${j} and ${i}, expected a symmetric matrix`,
        );
      }
    }
  }
}
