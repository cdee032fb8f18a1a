import { MEMBER, type Dataset, type ImageKind } from '../../../../core/dataset/dataset.ts';
import { labelAt, type Axis } from '../../../../core/dataset/lattice.ts';
import { axisDistance } from '../../../../core/metrics/matched-filter.ts';

/** A label that some part trains on, near to another label. */
export interface TrainingNeighbour {
  readonly label: readonly [x: number, y: number];
  readonly kind: ImageKind;
  /** Euclidean, in label units (px); over the border where labels wrap. */
  readonly distance: number;
}

/**
 * The training labels nearest to a label, part by part, nearest first. Each part tells what the model has seen in
 * that kind: with stripes beside bumps, the nearest bump and the nearest stripe are both of interest.
 * @param count at most this many of each part
 */
export function nearestTraining(
  dataset: Dataset,
  [x, y]: readonly [number, number],
  count: number,
): TrainingNeighbour[] {
  const { lattice } = dataset;
  const period = lattice.periodic ? lattice.size : null;
  return dataset.parts.flatMap(({ labels, kind }) => {
    const best: { index: number; distance: number }[] = [];
    for (const index of labels) {
      const [lx, ly] = labelAt(lattice, index);
      const distance = Math.hypot(axisDistance(lx, x, period), axisDistance(ly, y, period));
      if (best.length === count && distance >= best.at(-1)!.distance) continue;
      let at = best.length;
      while (at > 0 && best[at - 1]!.distance > distance) at--;
      best.splice(at, 0, { index, distance });
      if (best.length > count) best.pop();
    }
    return best.map(({ index, distance }) => ({ label: labelAt(lattice, index), kind, distance }));
  });
}

/** What a place of the label space is to a dataset. */
export interface Place {
  /** Flat index of the label of the lattice nearest to it. */
  readonly index: number;
  readonly label: readonly [x: number, y: number];
  /** The place is (within rounding) that label itself. */
  readonly exact: boolean;
  readonly inFrame: boolean;
  /** The test section of that label; null in the margin. */
  readonly section: string | null;
  /** Some part trains on that label. */
  readonly trained: boolean;
}

/** The lattice's label nearest to a place, and what the dataset does with it. */
export function placeOf(dataset: Dataset, [x, y]: readonly [number, number]): Place {
  const { lattice, membership, sectionCodes, sections } = dataset;
  const [ix, iy] = [indexNear(lattice.x, x), indexNear(lattice.y, y)];
  const index = iy * lattice.x.count + ix;
  const label = labelAt(lattice, index);
  const code = sectionCodes[index]!;
  return {
    index,
    label,
    exact: Math.abs(label[0] - x) < 1e-9 && Math.abs(label[1] - y) < 1e-9,
    inFrame: (membership[index]! & (MEMBER.frameX | MEMBER.frameY)) === (MEMBER.frameX | MEMBER.frameY),
    section: code === 0 ? null : sections[code - 1]!.name,
    trained: (membership[index]! & MEMBER.training) !== 0,
  };
}

function indexNear({ first, spacing, count }: Axis, value: number): number {
  return Math.min(count - 1, Math.max(0, Math.round(value / spacing) - first));
}

/**
 * The label that a click on the label space means: the evaluated one under it, else the lattice's nearest.
 * @param reach how far from its label a drawn cell may be hit, in label units
 */
export function cellAt(
  dataset: Dataset,
  evaluated: readonly { readonly x: number; readonly y: number }[],
  [x, y]: readonly [number, number],
  reach: number,
): [number, number] {
  const { x: ax, y: ay } = dataset.lattice;
  const within = (d: number, spacing: number): boolean => Math.abs(d) <= Math.max(spacing / 2, reach);
  let best: { readonly x: number; readonly y: number } | null = null;
  for (const cell of evaluated) {
    if (!within(cell.x - x, ax.spacing) || !within(cell.y - y, ay.spacing)) continue;
    const far = best ? Math.hypot(best.x - x, best.y - y) : Infinity;
    if (Math.hypot(cell.x - x, cell.y - y) < far) best = cell;
  }
  if (best) return [best.x, best.y];
  const [lx, ly] = placeOf(dataset, [x, y]).label;
  return [lx, ly];
}
