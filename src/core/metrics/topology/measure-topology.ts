import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import type { TopologyResult } from '../records-analysis.ts';
import { cliffordTorus, torusOfRevolution } from '../representation/ideal.ts';
import { checkPoints, type Points } from '../representation/points.ts';
import { farthestPointLandmarks, takePoints } from './landmarks.ts';
import { memoryBudget } from './memory.ts';
import { persistence } from './persistence.ts';
import { type Hooks, part } from './pulse.ts';

export interface TopologyOptions extends Hooks {
  /** Highest dimension of homology: 0, 1 or 2. */
  readonly maxDim: number;
  /** Farthest-point landmarks; null, or at least as many as there are points, takes all points. */
  readonly landmarks: number | null;
  /** (n, 2) label of each point in pixels, x then y; needed for the ideal shapes. */
  readonly labels?: ArrayLike<number> | undefined;
  /** Side of the image in pixels: the period of the labels. Needed if there are labels. */
  readonly size?: number | undefined;
  /** Bytes that may be used. */
  readonly memory?: number | undefined;
}

/**
 * Persistence diagrams H₀ to H_maxDim of points, through landmarks if asked, and those of the two ideal tori sampled at the
 * landmarks' own labels (paper, measurements).
 * @throws CliffordError INVALID_INPUT for points that are not finite or all the same, fewer distinct points than landmarks,
 *   more than memory allows (naming how many landmarks would fit), or labels that do not fit the points; CANCELLED
 */
export function measureTopology(points: Points, options: TopologyOptions): TopologyResult {
  const { maxDim, landmarks, memory } = options;
  checkPoints(points, 2, 'topology');
  checkLabels(points, options);
  if (landmarks !== null && (!Number.isInteger(landmarks) || landmarks < 2)) {
    throw invalid(`topology: got ${counted(landmarks, 'landmark')}, expected a whole number of at least 2`);
  }
  const sampled = landmarks !== null && landmarks < points.count;
  // Before the landmarks are chosen, which may take long.
  memoryBudget(sampled ? landmarks : points.count, maxDim, memory);

  // Shares of the time, roughly; each ideal takes about as long as the points.
  const chosen = sampled ? 0.1 : 0;
  const parts = options.labels ? 3 : 1;
  const partOf = (i: number) =>
    part(options, chosen + ((1 - chosen) * i) / parts, chosen + ((1 - chosen) * (i + 1)) / parts);
  const some = sampled ? farthestPointLandmarks(points, landmarks, part(options, 0, chosen)) : null;
  const taken = some ? takePoints(points, some.indices) : points;
  const { diagrams, enclosingRadius } = persistence(taken, { maxDim, memory, ...partOf(0) });
  if (enclosingRadius === 0) {
    throw invalid(
      `topology: got ${counted(points.count, 'point')} that are all the same, expected at least 2 distinct ones`,
    );
  }

  const ideals: TopologyResult['ideals'] = [];
  if (options.labels) {
    const angles = labelAngles(options.labels, options.size!, some?.indices ?? null);
    const shapes = [
      ['clifford', cliffordTorus(angles)],
      ['torus', torusOfRevolution(angles)],
    ] as const;
    shapes.forEach(([shape, ideal], i) => {
      const of = persistence(ideal, { maxDim, memory, ...partOf(i + 1) });
      ideals.push({ shape, diagrams: of.diagrams, enclosingRadius: of.enclosingRadius });
    });
  }
  return {
    points: points.count,
    landmarks: taken.count,
    landmarkIndices: some && [...some.indices],
    coveringRadius: some?.coveringRadius ?? 0,
    enclosingRadius,
    maxDim,
    diagrams,
    ideals,
  };
}

/** (n, 2) radians: a label's coordinates are positions on a circle as long as the image is wide. */
function labelAngles(labels: ArrayLike<number>, size: number, indices: Int32Array | null): Float64Array {
  const count = indices?.length ?? labels.length / 2;
  const angles = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const row = indices ? indices[i]! : i;
    angles[2 * i] = (2 * Math.PI * labels[2 * row]!) / size;
    angles[2 * i + 1] = (2 * Math.PI * labels[2 * row + 1]!) / size;
  }
  return angles;
}

function checkLabels({ count }: Points, { labels, size }: TopologyOptions): void {
  if (!labels) return;
  if (labels.length !== 2 * count) {
    throw invalid(
      `topology: got ${counted(labels.length / 2, 'label')}, expected one for each of ${counted(count, 'point')}`,
    );
  }
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isFinite(labels[i])) {
      throw invalid(
        `topology: got label ${labels[i]} of point ${Math.floor(i / 2)}, expected finite numbers`,
      );
    }
  }
  if (size === undefined || !(size > 0) || !Number.isFinite(size)) {
    throw invalid(`topology: got labels with size ${size}, expected the side of the image in pixels`);
  }
}
