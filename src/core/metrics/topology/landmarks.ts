import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import { checkPoints, type Points } from '../representation/points.ts';
import { squaredDistance } from './distances.ts';
import { type Hooks, type Pulse, pulse } from './pulse.ts';

export interface Landmarks {
  /** Indices among the points, in the order of choice. */
  readonly indices: Int32Array;
  /** Greatest distance of a point to its nearest landmark, in the points' unit. */
  readonly coveringRadius: number;
}

/**
 * Farthest-point sampling: each next landmark is the point farthest from those chosen, the first of equals. Their
 * covering radius is at most twice the least that as many landmarks can have (Gonzalez 1985), and the diagrams of a
 * Vietoris–Rips filtration by diameter move by at most twice the covering radius (bottleneck distance).
 * @param wanted landmarks, at most the number of points
 * @param first index of the first landmark
 * @throws CliffordError INVALID_INPUT if fewer points are distinct than landmarks are wanted; CANCELLED
 */
export function farthestPointLandmarks(
  points: Points,
  wanted: number,
  { first = 0, ...hooks }: { first?: number } & Hooks = {},
): Landmarks {
  checkPoints(points, 1, 'landmarks');
  const { count } = points;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > count) {
    throw invalid(
      `landmarks: got ${wanted}, expected a whole number from 1 to the ${counted(count, 'point')}`,
    );
  }
  if (!Number.isInteger(first) || first < 0 || first >= count) {
    throw invalid(
      `landmarks: got first landmark ${first}, expected the index of one of ${counted(count, 'point')}`,
    );
  }
  const beat = pulse(hooks);
  const indices = new Int32Array(wanted);
  const nearest = new Float64Array(count).fill(Infinity);
  let next = first;
  for (let k = 0; k < wanted; k++) {
    if (k > 0 && nearest[next] === 0) {
      throw invalid(
        `landmarks: got ${counted(k, 'distinct point')} among ${count}, expected at least ${wanted}`,
      );
    }
    beat.progress = k / wanted;
    indices[k] = next;
    next = include(points, next, nearest, beat);
  }
  return { indices, coveringRadius: Math.sqrt(nearest[next]!) };
}

/** The chosen rows, in order. */
export function takePoints({ data, dimension }: Points, indices: Int32Array): Points {
  const chosen = new Float64Array(indices.length * dimension);
  indices.forEach((index, k) => {
    chosen.set(data.subarray(index * dimension, (index + 1) * dimension), k * dimension);
  });
  return { data: chosen, count: indices.length, dimension };
}

/** Updates the squared distances to the nearest landmark, and returns the point for which it is greatest. */
function include(
  { data, count, dimension }: Points,
  landmark: number,
  nearest: Float64Array,
  beat: Pulse,
): number {
  let farthest = 0;
  for (let i = 0; i < count; i++) {
    beat.work(dimension);
    const d = squaredDistance(data, i * dimension, landmark * dimension, dimension);
    if (d < nearest[i]!) nearest[i] = d;
    if (nearest[i]! > nearest[farthest]!) farthest = i;
  }
  return farthest;
}
