import { buildDataset, type Dataset, type ImageKind } from '../../../../core/dataset/dataset.ts';
import { describeDataset, type DatasetFacts } from '../../../../core/dataset/describe.ts';
import { labelAt } from '../../../../core/dataset/lattice.ts';
import type { DatasetSpec } from '../../../../core/dataset/spec.ts';
import { clusterMap } from './cluster-map.ts';
import { percolate, type Percolation } from '../../../../core/metrics/percolation.ts';

/** What the designer shows about a dataset besides its shapes. Arrays are over the lattice, at flat indices. */
export interface Analysis {
  /** The fields that the arrays' lattice follows from. */
  readonly lattice: Pick<DatasetSpec, 'size' | 'margin' | 'spacing' | 'boundary'>;
  readonly testKind: Dataset['testKind'];
  readonly facts: DatasetFacts;
  // partBits: uint8, bit i is set where part i trains on the label
  readonly partBits: Uint8Array;
  // sectionCodes: uint8, 0 outside the frame, else 1 + place in `facts.sections`
  readonly sectionCodes: Uint8Array;
  readonly percolation: Percolation;
  /** Areas of the clusters (`clusterMap`); null unless asked for. */
  readonly clusters: Int32Array | null;
  readonly examples: readonly ExampleGroup[];
}

/** A few labels of one part or of one section. */
export interface ExampleGroup {
  readonly title: string;
  readonly group: 'part' | 'section';
  readonly kind: ImageKind;
  /** [x, y] in label units. */
  readonly labels: readonly (readonly [number, number])[];
}

/**
 * Everything at once, in about 30 ms for 440×440 labels.
 * @param threshold overlap at which images are linked, for the prediction of percolation
 * @param withClusters whether the areas of the clusters are to be drawn
 * @throws CliffordError INVALID_INPUT as `buildDataset` and `percolate` do
 */
export function analyze(spec: DatasetSpec, threshold: number, withClusters = false): Analysis {
  const dataset = buildDataset(spec);
  const { size, margin, spacing, boundary } = spec;
  const partBits = new Uint8Array(dataset.lattice.count);
  dataset.parts.forEach((part, i) => {
    for (const index of part.labels) partBits[index]! |= 1 << i;
  });
  const percolation = percolate(dataset, { threshold, most: 5 });
  return {
    lattice: { size, margin, spacing, boundary },
    testKind: dataset.testKind,
    facts: describeDataset(dataset),
    partBits,
    sectionCodes: dataset.sectionCodes,
    percolation,
    clusters: withClusters ? clusterMap(dataset.lattice, spec, percolation) : null,
    examples: examplesOf(dataset),
  };
}

/** The arrays of an analysis that can be handed over instead of copied. */
export function transferables({
  partBits,
  sectionCodes,
  percolation,
  clusters,
  facts,
}: Analysis): ArrayBuffer[] {
  const { x, y } = facts.coverage;
  return [
    ...[partBits, sectionCodes, percolation.clusterOf],
    ...(clusters === null ? [] : [clusters]),
    ...[x, y].flatMap((axis) => [axis.values, axis.images2d, axis.images1d]),
  ].map((array) => array.buffer as ArrayBuffer);
}

const EXAMPLES = 6;

function examplesOf(dataset: Dataset): ExampleGroup[] {
  const pick = (labels: Uint32Array) => spread(labels, EXAMPLES).map((i) => labelAt(dataset.lattice, i));
  const parts = dataset.parts.map((part, i): ExampleGroup => ({
    title: `Part ${i + 1}`,
    group: 'part',
    kind: part.kind,
    labels: pick(part.labels),
  }));
  const tests = dataset.sections.filter((s) => s.kind === 'partition' && s.name !== 'in-distribution');
  const sections = tests.map((section): ExampleGroup => ({
    title: section.name,
    group: 'section',
    kind: dataset.testKind,
    labels: pick(section.labels),
  }));
  return [...parts, ...sections];
}

/**
 * Some of a list, all over it, the same each time: the k-th stands at the fraction k·φ of the list, so that a
 * list that shrinks by one stroke shows nearly the same images.
 */
function spread(list: Uint32Array, count: number): number[] {
  const golden = (Math.sqrt(5) - 1) / 2;
  const chosen = new Set<number>();
  for (let k = 1; chosen.size < Math.min(count, list.length); k++) {
    chosen.add(list[Math.floor(((k * golden) % 1) * list.length)]!);
  }
  return [...chosen];
}
