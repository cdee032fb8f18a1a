import type { TopologyResult } from '../../../../core/metrics/records-analysis.ts';
import { cliffordTorus, torusOfRevolution } from '../../../../core/metrics/representation/ideal.ts';
import type { AnalysisRecord } from '../../../../shared/analysis.ts';
import { artefactLength, type PersistencePanel } from '../../../charts/persistence.ts';

/** What the charts of persistence show of an analysis. */

export const IDEAL_NAMES = { clifford: 'Ideal Clifford torus', torus: 'Ideal 3D torus' } as const;
const SHAPES = { clifford: cliffordTorus, torus: torusOfRevolution } as const;

/** The answer of a topology analysis, or null for one of another kind. */
export function topologyOf(record: Pick<AnalysisRecord, 'answer'> | null): TopologyResult | null {
  return record?.answer.kind === 'topology' ? record.answer.result : null;
}

/** The model's diagrams as a panel. */
export function modelPanel(result: TopologyResult, name: string): PersistencePanel {
  return {
    name,
    diagrams: result.diagrams,
    enclosingRadius: result.enclosingRadius,
    artefacts: result.landmarkIndices === null ? null : artefactLength(result.coveringRadius),
  };
}

/**
 * The ideal shapes as panels: they were sampled at the labels of the landmarks.
 * @param labels of all points
 * @param size N of the images, the period of the labels
 */
export function idealPanels(
  result: TopologyResult,
  labels: AnalysisRecord['labels'],
  size: number,
): PersistencePanel[] {
  const taken = result.landmarkIndices?.map((i) => labels[i]!) ?? labels;
  const angles = Float64Array.from(taken.flat(), (value) => (2 * Math.PI * value) / size);
  return result.ideals.map(({ shape, diagrams }) => ({
    name: IDEAL_NAMES[shape],
    diagrams,
    enclosingRadius: enclosingRadius(SHAPES[shape](angles)),
    artefacts: null,
  }));
}

/** Least, over the points, of the distance to the farthest other point: from there on the complex is a cone. */
export function enclosingRadius({
  data,
  count,
  dimension,
}: {
  data: ArrayLike<number>;
  count: number;
  dimension: number;
}): number {
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    let farthest = 0;
    for (let j = 0; j < count && farthest < least; j++) {
      let squared = 0;
      for (let k = 0; k < dimension; k++)
        squared += (data[i * dimension + k]! - data[j * dimension + k]!) ** 2;
      farthest = Math.max(farthest, squared);
    }
    least = Math.min(least, farthest);
  }
  return count === 0 ? 0 : Math.sqrt(least);
}

/** Lengths of the bars that the rule for a torus looks at, as numbers of one step. */
export interface BarsAtStep {
  readonly step: number;
  /** Longest first, up to three; H₂ up to two. In units of the representation. */
  readonly h1: readonly number[];
  readonly h2: readonly number[];
  readonly enclosingRadius: number;
}

export function barsAtStep(step: number, { diagrams, enclosingRadius: end }: TopologyResult): BarsAtStep {
  const lengths = (dimension: number, most: number): number[] =>
    (diagrams[dimension] ?? [])
      .flatMap(([birth, death]) => (death === null ? [] : [death - birth]))
      .sort((a, b) => b - a)
      .slice(0, most);
  return { step, h1: lengths(1, 3), h2: lengths(2, 2), enclosingRadius: end };
}
