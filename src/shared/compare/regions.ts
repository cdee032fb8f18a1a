import { buildDataset, type Dataset } from '../../core/dataset/dataset.ts';
import { forEachFrameLabel } from '../../core/dataset/sections.ts';
import type { DatasetSpec } from '../../core/dataset/spec.ts';

/** Bits of `LayerOverlay.codes`. */
export const IN_FIRST = 1;
export const IN_SECOND = 2;

/** One layer of two datasets, laid over each other: numbers of 2D labels of the frame. */
export interface LayerOverlay {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly both: number;
  readonly neither: number;
  /** onlyFirst + onlySecond: the labels in which the two differ. */
  readonly xor: number;
  // codes: (rows of y, columns of x) uint8, IN_FIRST | IN_SECOND for each label of the frame, row 0 the smallest y
  readonly codes: Uint8Array;
}

export type RegionComparison =
  | {
      readonly comparable: true;
      /** Labels of the frame along x and y. */
      readonly columns: number;
      readonly rows: number;
      // x: (columns), y: (rows) float64, label units
      readonly x: Float64Array;
      readonly y: Float64Array;
      readonly heldOut: LayerOverlay;
      readonly lesion: LayerOverlay;
      /** In either layer: labels whose 2D image no part may show. */
      readonly removed: LayerOverlay;
    }
  /** One sentence that says in what the lattices differ. */
  | { readonly comparable: false; readonly reason: string };

/**
 * The layers of two datasets over each other, on the 2D labels of the frame, which is where both layers remove images.
 * Needs the same frame and spacing; margins and boundaries may differ, since they move no label of the frame.
 * @throws CliffordError INVALID_INPUT for a dataset whose fields do not fit each other
 */
export function compareRegions(first: DatasetSpec, second: DatasetSpec): RegionComparison {
  const reason = latticeDifference(first, second);
  if (reason !== null) return { comparable: false, reason };
  const [a, b] = [buildDataset(first), buildDataset(second)];
  const [frameA, frameB] = [frameOf(a), frameOf(b)];
  const columns = a.lattice.x.frameTo - a.lattice.x.frameFrom;
  const rows = a.lattice.y.frameTo - a.lattice.y.frameFrom;
  const overlay = (pick: (frame: Frame) => Uint8Array): LayerOverlay =>
    layerOverlay(pick(frameA), pick(frameB));
  return {
    comparable: true,
    columns,
    rows,
    x: a.lattice.x.values.slice(a.lattice.x.frameFrom, a.lattice.x.frameTo),
    y: a.lattice.y.values.slice(a.lattice.y.frameFrom, a.lattice.y.frameTo),
    heldOut: overlay((frame) => frame.heldOut),
    lesion: overlay((frame) => frame.lesion),
    removed: overlay((frame) => frame.removed),
  };
}

/** Layers cut to the frame: (rows · columns) uint8, 0 or 1. */
interface Frame {
  readonly heldOut: Uint8Array;
  readonly lesion: Uint8Array;
  readonly removed: Uint8Array;
}

function frameOf(dataset: Dataset): Frame {
  const { lattice, frameLabels } = dataset;
  const heldOut = new Uint8Array(frameLabels);
  const lesion = new Uint8Array(frameLabels);
  const removed = new Uint8Array(frameLabels);
  let at = 0;
  forEachFrameLabel(lattice, (index) => {
    heldOut[at] = dataset.heldOut[index]!;
    lesion[at] = dataset.lesion[index]!;
    removed[at] = heldOut[at]! | lesion[at]!;
    at++;
  });
  return { heldOut, lesion, removed };
}

function layerOverlay(first: Uint8Array, second: Uint8Array): LayerOverlay {
  const codes = first.map((v, i) => v * IN_FIRST + second[i]! * IN_SECOND);
  const counts = [0, 0, 0, 0];
  for (const code of codes) counts[code]!++;
  const [neither, onlyFirst, onlySecond, both] = counts as [number, number, number, number];
  return { onlyFirst, onlySecond, both, neither, xor: onlyFirst + onlySecond, codes };
}

function latticeDifference(a: DatasetSpec, b: DatasetSpec): string | null {
  if (a.size !== b.size) return `the frames differ: ${a.size} px against ${b.size} px`;
  for (const axis of ['x', 'y'] as const) {
    if (a.spacing[axis] !== b.spacing[axis]) {
      return `the lattices differ: labels of ${axis} every ${a.spacing[axis]} px against every ${b.spacing[axis]} px`;
    }
  }
  return null;
}
