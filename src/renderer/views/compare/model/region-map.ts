import { buildDataset, MEMBER } from '../../../../core/dataset/dataset.ts';
import type { DatasetSpec } from '../../../../core/dataset/spec.ts';
import { IN_FIRST, IN_SECOND, type LayerOverlay } from '../../../../shared/compare/regions.ts';

/** A picture of the label space: one code for each label. */
export interface LabelMap {
  readonly columns: number;
  readonly rows: number;
  // x: (columns), y: (rows) float64, label units, ascending
  readonly x: Float64Array;
  readonly y: Float64Array;
  // codes: (rows, columns) uint8, places in `kinds`
  readonly codes: Uint8Array;
  readonly kinds: readonly LabelKind[];
  /** Labels of each kind. */
  readonly counts: readonly number[];
  /** Share of each kind in the 2D labels, which are those of the frame; null for a kind of the margin alone. */
  readonly shares: readonly (number | null)[];
}

export interface LabelKind {
  readonly name: string;
  /** A custom property of style/tokens.css; null leaves the label empty. */
  readonly color: string | null;
  readonly opacity?: number;
}

const KINDS: readonly LabelKind[] = [
  { name: 'margin without images', color: null },
  { name: 'trained on', color: '--layer-training' },
  { name: 'left out by subsampling', color: '--layer-training', opacity: 0.35 },
  { name: 'stripes and blanks', color: '--layer-stripes' },
  { name: 'held out', color: '--layer-held-out' },
  { name: 'lesion', color: '--layer-lesion' },
  { name: 'uncovered', color: '--layer-uncovered' },
];
const [EMPTY, TRAINED, DROPPED, STRIPES, HELD_OUT, LESION, UNCOVERED] = [0, 1, 2, 3, 4, 5, 6];

/**
 * What a dataset does with each label. As in the test sections the lesion comes before what is held out.
 * @throws CliffordError INVALID_INPUT for a dataset that cannot be built
 */
export function regionMap(spec: DatasetSpec): LabelMap {
  const { lattice, membership } = buildDataset(spec);
  const codes = new Uint8Array(membership.length);
  membership.forEach((bits, i) => {
    codes[i] = codeOf(bits);
  });
  return withCounts(
    {
      ...{ columns: lattice.x.count, rows: lattice.y.count, x: lattice.x.values, y: lattice.y.values },
      ...{ codes, kinds: KINDS },
    },
    (i) => isInFrame(membership[i]!),
  );
}

const isInFrame = (bits: number): boolean => (bits & MEMBER.frameX) !== 0 && (bits & MEMBER.frameY) !== 0;

function codeOf(bits: number): number {
  if ((bits & MEMBER.lesion) !== 0) return LESION;
  if ((bits & MEMBER.heldOut) !== 0) return HELD_OUT;
  const inFrame = isInFrame(bits);
  if ((bits & MEMBER.candidate) === 0) return inFrame ? UNCOVERED : EMPTY;
  if (!inFrame) return STRIPES;
  return (bits & MEMBER.training) !== 0 ? TRAINED : DROPPED;
}

/** One layer of two datasets over each other. */
export function overlayMap(
  { codes }: Pick<LayerOverlay, 'codes'>,
  frame: { readonly x: Float64Array; readonly y: Float64Array },
  names: readonly [first: string, second: string],
): LabelMap {
  const kinds: LabelKind[] = [];
  kinds[0] = { name: 'in neither', color: null };
  kinds[IN_FIRST] = { name: `only ${names[0]}`, color: '--layer-held-out' };
  kinds[IN_SECOND] = { name: `only ${names[1]}`, color: '--layer-training' };
  kinds[IN_FIRST | IN_SECOND] = { name: 'in both', color: '--muted' };
  const { x, y } = frame;
  return withCounts({ columns: x.length, rows: y.length, x, y, codes, kinds }, () => true);
}

function withCounts(map: Omit<LabelMap, 'counts' | 'shares'>, inFrame: (label: number) => boolean): LabelMap {
  const counts = map.kinds.map(() => 0);
  const framed = map.kinds.map(() => 0);
  map.codes.forEach((code, i) => {
    counts[code]!++;
    if (inFrame(i)) framed[code]!++;
  });
  const frame = framed.reduce((a, b) => a + b, 0);
  return { ...map, counts, shares: framed.map((count) => (count === 0 ? null : count / frame)) };
}

/** Text that two datasets share exactly when their label spaces are drawn alike. */
export function regionKey({ size, margin, spacing, boundary, parts, heldOut, lesion }: DatasetSpec): string {
  const drawn = parts.map(({ kind, lambda, lambdaSeed, within }) => ({ kind, lambda, lambdaSeed, within }));
  return JSON.stringify([size, margin, spacing, boundary, drawn, heldOut, lesion]);
}
