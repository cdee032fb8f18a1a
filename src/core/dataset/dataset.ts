import { invalid } from '../base/errors.ts';
import { createLattice, type Lattice } from './lattice.ts';
import { rasterizeShapes } from './region.ts';
import { divideIntoSections, forEachFrameLabel, type Section } from './sections.ts';
import type { DatasetSpec, PartSpec } from './spec.ts';
import { subsample } from './subsample.ts';
import { dimensionOf, validateFields, validateShapes } from './validate.ts';

export type ImageKind = PartSpec['kind'];

/** Bits of `Dataset.membership`. */
export const MEMBER = {
  /** The x feature (y feature) lies in the frame. */
  frameX: 1,
  frameY: 2,
  /** A 2D label that the layer "held-out" removes. */
  heldOut: 4,
  /** A label that the layer "lesion" removes from every part. */
  lesion: 8,
  /** Some part may have this label, before subsampling. */
  candidate: 16,
  /** Some part trains on this label. */
  training: 32,
} as const;

/**
 * A dataset enumerated: which labels each part trains on and which labels test what. Plain data of a few
 * bytes per label; images are rendered from labels when they are needed (`render.ts`).
 */
export interface Dataset {
  readonly spec: DatasetSpec;
  readonly lattice: Lattice;
  /** The kind of 2D image that tests generate: that of the 2D parts, `sos2d` if there are none. */
  readonly testKind: 'bump2d' | 'sos2d';
  readonly parts: readonly DatasetPart[];
  /** Sum of the parts' training images. */
  readonly trainingImages: number;
  /** Number of 2D labels, all regions included: (N/dx)·(N/dy). */
  readonly frameLabels: number;
  // heldOut: layer bitmap over the lattice (2D labels inside it are removed), uint8
  readonly heldOut: Uint8Array;
  // lesion: labels removed from every part, stripes that show a removed value included, uint8
  readonly lesion: Uint8Array;
  // membership: bits of MEMBER for each label of the lattice, uint8
  readonly membership: Uint8Array;
  readonly sections: readonly Section[];
  // sectionCodes: for each label 0 (outside the frame) or 1 + its section's place in `sections`, uint8
  readonly sectionCodes: Uint8Array;
}

export interface DatasetPart {
  readonly kind: ImageKind;
  /** Features in the frame: 2, 1 (a stripe) or 0 (blank). */
  readonly dimension: 0 | 1 | 2;
  // candidates: flat label indices before subsampling, ascending
  readonly candidates: Uint32Array;
  // labels: flat label indices of the training images, ascending
  readonly labels: Uint32Array;
  /** Share of the batches; the shares of all parts sum to 1. */
  readonly share: number;
}

/**
 * Enumerates a dataset.
 *
 * A label belongs to a part if as many of its features lie in the frame as the part's kind shows, if it lies in
 * the part's `within` (when given) and if no layer removes it. The layer "held-out" removes 2D labels only.
 * The layer "lesion" removes each label in its bitmap from every part, and each stripe whose visible value it
 * covers whole, that is, for all 2D labels with this value: a band takes its stripes with it, an ellipse does not.
 *
 * @throws CliffordError INVALID_INPUT for fields that do not fit each other, shapes that cover no label, a layer
 *   that removes nothing, a part without labels, or an empty training set
 */
export function buildDataset(spec: DatasetSpec): Dataset {
  validateFields(spec);
  const lattice = createLattice(spec);
  validateShapes(spec, lattice);

  const heldOut = rasterizeShapes(lattice, spec.heldOut);
  const lesion = rasterizeShapes(lattice, spec.lesion);
  const frameLabels = (lattice.x.frameTo - lattice.x.frameFrom) * (lattice.y.frameTo - lattice.y.frameFrom);
  if (spec.lesion.length > 0) extendToStripes(lattice, lesion);

  const membership = new Uint8Array(lattice.count);
  const removed = markFrame(lattice, heldOut, lesion, membership);
  if (spec.heldOut.length > 0 && !removed.heldOut) {
    throw invalid('heldOut: expected a region with labels, got shapes that cut each other away');
  }
  if (spec.lesion.length > 0 && !lesion.includes(1)) {
    throw invalid('lesion: expected a region with labels, got shapes that cut each other away');
  }

  const withins = spec.parts.map((p) => (p.within.length > 0 ? rasterizeShapes(lattice, p.within) : null));
  const drafts = spec.parts.map((part, i) => {
    const dimension = dimensionOf(part.kind);
    const candidates = candidatesOf(membership, dimension, withins[i]!);
    return { part, dimension, candidates };
  });
  checkNotEmpty(spec, lattice, drafts, withins);

  const selections = drafts.map(({ part, dimension, candidates }) => ({
    kind: part.kind,
    dimension,
    candidates,
    labels: subsample(lattice, candidates, dimension, part.lambda, part.lambdaSeed),
  }));
  const weights = selections.map((s, i) => spec.parts[i]!.weight ?? s.labels.length);
  const total = weights.reduce((a, b) => a + b, 0);
  const parts = selections.map((s, i) => ({ ...s, share: weights[i]! / total }));
  for (const { candidates, labels } of parts) {
    for (const i of candidates) membership[i]! |= MEMBER.candidate;
    for (const i of labels) membership[i]! |= MEMBER.training;
  }

  const { sections, codes } = divideIntoSections(
    lattice,
    heldOut,
    lesion,
    coveredBy2D(lattice, drafts, withins),
    spec,
  );
  return {
    spec,
    lattice,
    testKind: parts.some((p) => p.kind === 'bump2d') ? 'bump2d' : 'sos2d',
    parts,
    trainingImages: parts.reduce((sum, p) => sum + p.labels.length, 0),
    frameLabels,
    heldOut,
    lesion,
    membership,
    sections,
    sectionCodes: codes,
  };
}

/** Adds to the lesion the stripes whose visible value it removes from all of the frame. */
function extendToStripes(lattice: Lattice, lesion: Uint8Array): void {
  const { x, y } = lattice;
  const wholeX = new Uint8Array(x.count).fill(1, x.frameFrom, x.frameTo);
  const wholeY = new Uint8Array(y.count).fill(1, y.frameFrom, y.frameTo);
  forEachFrameLabel(lattice, (index, ix, iy) => {
    if (lesion[index] === 1) return;
    wholeX[ix] = 0;
    wholeY[iy] = 0;
  });
  for (let iy = 0; iy < y.count; iy++) {
    const inY = iy >= y.frameFrom && iy < y.frameTo;
    for (let ix = 0; ix < x.count; ix++) {
      const inX = ix >= x.frameFrom && ix < x.frameTo;
      if (inX !== inY && (wholeX[ix] === 1 || wholeY[iy] === 1)) lesion[iy * x.count + ix] = 1;
    }
  }
}

/** Writes the bits of frame and layers. */
function markFrame(
  lattice: Lattice,
  heldOut: Uint8Array,
  lesion: Uint8Array,
  membership: Uint8Array,
): { heldOut: boolean } {
  const { x, y } = lattice;
  let any = false;
  for (let iy = 0; iy < y.count; iy++) {
    const inY = iy >= y.frameFrom && iy < y.frameTo ? MEMBER.frameY : 0;
    for (let ix = 0; ix < x.count; ix++) {
      const index = iy * x.count + ix;
      const bits = inY | (ix >= x.frameFrom && ix < x.frameTo ? MEMBER.frameX : 0);
      const out = heldOut[index] === 1 && bits === BOTH ? MEMBER.heldOut : 0;
      any ||= out !== 0;
      membership[index] = bits | out | (lesion[index] === 1 ? MEMBER.lesion : 0);
    }
  }
  return { heldOut: any };
}

const BOTH = MEMBER.frameX | MEMBER.frameY;

/** Flat indices of the labels that a kind may show, regions removed. */
function candidatesOf(membership: Uint8Array, dimension: 0 | 1 | 2, within: Uint8Array | null): Uint32Array {
  const out = new Uint32Array(membership.length);
  let n = 0;
  for (let i = 0; i < membership.length; i++) {
    const bits = membership[i]!;
    if ((bits & (MEMBER.heldOut | MEMBER.lesion)) !== 0) continue;
    const features = (bits & 1) + ((bits >> 1) & 1);
    if (features === dimension && (within === null || within[i] === 1)) out[n++] = i;
  }
  return out.slice(0, n);
}

function coveredBy2D(
  lattice: Lattice,
  drafts: readonly { dimension: 0 | 1 | 2 }[],
  withins: readonly (Uint8Array | null)[],
): Uint8Array {
  const covered = new Uint8Array(lattice.count);
  drafts.forEach(({ dimension }, part) => {
    if (dimension !== 2) return;
    const within = withins[part];
    if (!within) covered.fill(1);
    else for (let i = 0; i < within.length; i++) covered[i]! |= within[i]!;
  });
  return covered;
}

function checkNotEmpty(
  spec: DatasetSpec,
  lattice: Lattice,
  drafts: readonly { part: PartSpec; dimension: 0 | 1 | 2; candidates: Uint32Array }[],
  withins: readonly (Uint8Array | null)[],
): void {
  if (drafts.every((d) => d.candidates.length === 0)) {
    throw invalid(
      `the training set is empty: the regions leave no label of ${lattice.count} to any part, expected at least one`,
    );
  }
  drafts.forEach(({ part, dimension, candidates }, i) => {
    if (candidates.length > 0) return;
    const why =
      dimension < 2 && lattice.count === countFrame(lattice)
        ? `margin ${spec.margin} is narrower than the spacing`
        : withins[i]
          ? '`within` and the regions leave none'
          : 'the regions leave none';
    throw invalid(`parts[${i}]: expected at least one label for ${part.kind}, but ${why}`);
  });
}

function countFrame({ x, y }: Lattice): number {
  return (x.frameTo - x.frameFrom) * (y.frameTo - y.frameFrom);
}
