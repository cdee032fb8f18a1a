import { MEMBER, type Dataset, type ImageKind } from './dataset.ts';
import { forEachFrameLabel } from './sections.ts';

/** Counts of a dataset, for previews and read-outs while a region is drawn. */
export interface DatasetFacts {
  /** Labels of the label space, margin included, and those with both features in the frame. */
  readonly labels: number;
  readonly frameLabels: number;
  readonly trainingImages: number;
  readonly parts: readonly {
    readonly kind: ImageKind;
    readonly candidates: number;
    readonly images: number;
    readonly lambda: number;
    readonly share: number;
  }[];
  readonly sections: readonly {
    readonly name: string;
    readonly kind: 'partition' | 'overlay';
    readonly labels: number;
    /** Of the 2D labels of the frame. */
    readonly fraction: number;
    /** Labels of this section that some part trains on. */
    readonly trained: number;
  }[];
  /** Fractions of the 2D labels of the frame in either layer. */
  readonly heldOutFraction: number;
  readonly lesionFraction: number;
  readonly coverage: { readonly x: AxisCoverage; readonly y: AxisCoverage };
}

/** How often each value of one feature is shown in training. All arrays have one entry per value in the frame. */
export interface AxisCoverage {
  // values: float64, frame coordinates; images2d, images1d: uint32, training images that show this value
  readonly values: Float64Array;
  readonly images2d: Uint32Array;
  readonly images1d: Uint32Array;
  /** Values that no training image shows. */
  readonly unseen: number;
}

export function describeDataset(dataset: Dataset): DatasetFacts {
  const { lattice, membership, parts, spec } = dataset;
  let heldOut = 0;
  let lesion = 0;
  forEachFrameLabel(lattice, (i) => {
    if ((membership[i]! & MEMBER.heldOut) !== 0) heldOut++;
    if ((membership[i]! & MEMBER.lesion) !== 0) lesion++;
  });
  return {
    labels: lattice.count,
    frameLabels: dataset.frameLabels,
    trainingImages: dataset.trainingImages,
    parts: parts.map((p, i) => ({
      kind: p.kind,
      candidates: p.candidates.length,
      images: p.labels.length,
      lambda: spec.parts[i]!.lambda,
      share: p.share,
    })),
    sections: dataset.sections.map((s) => ({
      name: s.name,
      kind: s.kind,
      labels: s.labels.length,
      fraction: s.labels.length / dataset.frameLabels,
      trained: s.labels.reduce((n, i) => n + ((membership[i]! & MEMBER.training) === 0 ? 0 : 1), 0),
    })),
    heldOutFraction: heldOut / dataset.frameLabels,
    lesionFraction: lesion / dataset.frameLabels,
    coverage: { x: axisCoverage(dataset, 'x'), y: axisCoverage(dataset, 'y') },
  };
}

/** Training images that show each value of one feature inside the frame. */
export function axisCoverage(dataset: Dataset, name: 'x' | 'y'): AxisCoverage {
  const axis = dataset.lattice[name];
  const nx = dataset.lattice.x.count;
  const size = axis.frameTo - axis.frameFrom;
  const images2d = new Uint32Array(size);
  const images1d = new Uint32Array(size);
  for (const part of dataset.parts) {
    const counts = part.dimension === 2 ? images2d : images1d;
    for (const index of part.labels) {
      const i = (name === 'x' ? index % nx : Math.floor(index / nx)) - axis.frameFrom;
      if (i >= 0 && i < size) counts[i]! += 1;
    }
  }
  return {
    values: axis.values.slice(axis.frameFrom, axis.frameTo),
    images2d,
    images1d,
    unseen: images2d.reduce((n, v, i) => n + (v + images1d[i]! === 0 ? 1 : 0), 0),
  };
}
