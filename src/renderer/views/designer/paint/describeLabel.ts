import type { ImageKind } from '../../../../core/dataset/dataset.ts';
import type { Lattice } from '../../../../core/dataset/lattice.ts';
import type { Analysis } from '../analysis/analyze.ts';
import { labelText } from './labelText.ts';

/** What is known about one label, for read-outs. */
export interface LabelFacts {
  readonly x: number;
  readonly y: number;
  /** What an image of this label shows: a 2D image in the frame, a stripe or a blank beside it. */
  readonly kind: ImageKind;
  /** The test section of a 2D label; null in the margin, or while the dataset is not valid. */
  readonly section: string | null;
  /** Places of the parts that train on it; null while the dataset is not valid. */
  readonly parts: readonly number[] | null;
  /** Rank of its cluster of training images (0 the largest), and how many images that has if it is a large one. */
  readonly cluster: { readonly rank: number; readonly size: number | null } | null;
}

export function labelFacts(index: number, lattice: Lattice, analysis: Analysis | null): LabelFacts {
  const ix = index % lattice.x.count;
  const iy = Math.floor(index / lattice.x.count);
  const inX = ix >= lattice.x.frameFrom && ix < lattice.x.frameTo;
  const inY = iy >= lattice.y.frameFrom && iy < lattice.y.frameTo;
  const known = analysis !== null && analysis.partBits.length === lattice.count ? analysis : null;
  const code = known?.sectionCodes[index] ?? 0;
  const bits = known?.partBits[index] ?? 0;
  const rank = known?.percolation.clusterOf[index] ?? -1;
  return {
    x: lattice.x.values[ix]!,
    y: lattice.y.values[iy]!,
    kind: inX && inY ? (known?.testKind ?? 'bump2d') : inX || inY ? 'stripes1d' : 'blank0d',
    section: code === 0 ? null : (known!.facts.sections[code - 1]?.name ?? null),
    parts: known && known.facts.parts.flatMap((_, i) => ((bits >> i) & 1 ? [i] : [])),
    cluster: rank < 0 ? null : { rank, size: known!.percolation.sizes[rank] ?? null },
  };
}

/** `x 13.1, y 5, section vertical, not trained on`. */
export function describeLabel(index: number, lattice: Lattice, analysis: Analysis | null): string {
  const facts = labelFacts(index, lattice, analysis);
  return [
    `x ${labelText(facts.x)}, y ${labelText(facts.y)}`,
    facts.section === null ? placeOf(facts.kind) : `section ${facts.section}`,
    facts.parts === null ? '' : trainedBy(facts.parts),
  ]
    .filter((text) => text !== '')
    .join(', ');
}

export function trainedBy(parts: readonly number[]): string {
  if (parts.length === 0) return 'not trained on';
  const names = parts.map((i) => i + 1).join(' and ');
  return `trained on in part ${names}`;
}

function placeOf(kind: ImageKind): string {
  if (kind === 'stripes1d') return 'in the margin, a 1D stripe';
  return kind === 'blank0d' ? 'in the margin, blank' : '';
}
