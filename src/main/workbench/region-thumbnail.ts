import { buildDataset, MEMBER, type Dataset } from '../../core/dataset/dataset.ts';
import type { DatasetSpec } from '../../core/dataset/spec.ts';
import type { RegionThumbnail } from '../../shared/contract/runs.ts';

/** Cells on a side, unless the label space has fewer labels. */
const SIDE = 32;

const KINDS = ['t', 's', 'h', 'l', 'u', '.'] as const;
const [TRAINED, STRIPES, HELD_OUT, LESION, UNCOVERED, EMPTY] = [0, 1, 2, 3, 4, 5];

/**
 * The label space of a dataset in small. As in the test sections, the lesion comes before the held-out regions, and
 * what subsampling leaves out still counts as trained: a picture of the regions, not of single labels.
 * @throws CliffordError INVALID_INPUT for a dataset that cannot be built
 */
export function regionThumbnail(spec: DatasetSpec): RegionThumbnail {
  const dataset = buildDataset(spec);
  const { x, y } = dataset.lattice;
  const side = Math.min(SIDE, Math.max(x.count, y.count));
  let cells = '';
  for (let row = 0; row < side; row++) {
    const [y0, y1] = stretch(row, side, y.count);
    for (let column = 0; column < side; column++) {
      const [x0, x1] = stretch(column, side, x.count);
      const votes = [0, 0, 0, 0, 0, 0];
      for (let iy = y0; iy < y1; iy++) {
        for (let ix = x0; ix < x1; ix++) votes[kindOf(dataset, iy * x.count + ix)]!++;
      }
      cells += KINDS[votes.indexOf(Math.max(...votes))]!;
    }
  }
  const removed = [0, 0];
  dataset.membership.forEach((bits, i) => {
    if ((bits & IN_FRAME) !== IN_FRAME) return;
    const kind = kindOf(dataset, i);
    if (kind === HELD_OUT) removed[0]!++;
    else if (kind === LESION) removed[1]!++;
  });
  return {
    side,
    cells,
    heldOut: removed[0]! / dataset.frameLabels,
    lesion: removed[1]! / dataset.frameLabels,
    trainingImages: dataset.trainingImages,
  };
}

const IN_FRAME = MEMBER.frameX | MEMBER.frameY;

function kindOf(dataset: Dataset, index: number): number {
  const bits = dataset.membership[index]!;
  if ((bits & MEMBER.lesion) !== 0) return LESION!;
  if ((bits & MEMBER.heldOut) !== 0) return HELD_OUT!;
  const inFrame = (bits & IN_FRAME) === IN_FRAME;
  if ((bits & MEMBER.candidate) !== 0) return inFrame ? TRAINED! : STRIPES!;
  return inFrame ? UNCOVERED! : EMPTY!;
}

/** Which labels of an axis a cell shows; never none, also where one axis has fewer labels than there are cells. */
function stretch(cell: number, side: number, count: number): [from: number, to: number] {
  const from = Math.floor((cell * count) / side);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * count) / side))];
}
