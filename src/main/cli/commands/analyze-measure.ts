import { counted } from '../../../core/base/counted.ts';
import { invalid } from '../../../core/base/errors.ts';
import type {
  FactorizationResult,
  PcaResult,
  TopologyResult,
} from '../../../core/metrics/records-analysis.ts';
import { type PointsFile, type PointsFormat, readPoints, type RowsKind } from '../../../files/points-file.ts';
import { openPointRows } from '../../../files/points-rows.ts';
import { columnsOfPairs, periodOfLabels } from './analyze-labels.ts';

/** A file of numbers, and how to read it. */
export interface InputFile {
  readonly path: string;
  readonly format?: PointsFormat | undefined;
  readonly header?: boolean | undefined;
  readonly tensor?: string | undefined;
}

/** A measurement of data that did not come from here: plain data, since it crosses to a thread. */
export type MeasureRequest =
  | {
      readonly kind: 'topology';
      readonly points: InputFile;
      /** With them, the ideal shapes are measured alike. */
      readonly labels: InputFile | null;
      readonly size: number | null;
      readonly maxDim: number;
      readonly landmarks: number | null;
      /** Bytes; null takes the default. */
      readonly memory: number | null;
    }
  | {
      readonly kind: 'pca';
      readonly points: InputFile;
      readonly method: 'auto' | 'exact' | 'randomized';
      readonly components: number;
      /** Where the scores go, an npy file. */
      readonly scores: string | null;
    }
  | {
      readonly kind: 'factorization';
      readonly points: InputFile;
      readonly labels: InputFile;
      /** Period of the labels; null derives it. */
      readonly size: number | null;
      readonly draws: number;
      readonly seed: number;
    }
  | {
      readonly kind: 'clusters';
      readonly sites: InputFile;
      readonly link: { readonly cutoff: number } | { readonly sigma: number; readonly threshold: number };
      readonly periodic: number | null;
    };

/** What each measurement answers; the first fields are promised to scripts. */
export interface Measured {
  topology: Omit<TopologyResult, 'ideals'> & {
    dimension: number;
    /** With labels. */
    size?: number;
    ideals?: TopologyResult['ideals'];
  };
  pca: Omit<PcaResult, 'scores'>;
  factorization: FactorizationResult & { size: number };
  clusters: {
    components: number;
    largest: number;
    massRatio: number;
    sites: number;
    cutoff: number;
    periodic: number | null;
  };
}

export interface MeasureHooks {
  readonly onNotice: (sentence: string) => void;
  /** 0…1 of the phase. */
  readonly onProgress: (phase: 'reading' | 'measuring', fraction: number) => void;
}

type Request<K extends MeasureRequest['kind']> = Extract<MeasureRequest, { kind: K }>;

/**
 * Reads the files and measures. Only what is measured is loaded.
 * @throws CliffordError as `readPoints` and the measurements do
 */
export function measure(
  request: MeasureRequest,
  hooks: MeasureHooks,
): Promise<Measured[MeasureRequest['kind']]> {
  switch (request.kind) {
    case 'topology':
      return topologyOf(request, hooks);
    case 'pca':
      return pcaOf(request, hooks);
    case 'factorization':
      return factorizationOf(request, hooks);
    case 'clusters':
      return clustersOf(request, hooks);
  }
}

async function topologyOf(request: Request<'topology'>, hooks: MeasureHooks): Promise<Measured['topology']> {
  const { measureTopology } = await import('../../../core/metrics/topology/measure-topology.ts');
  const { maxDim, landmarks, memory } = request;
  const points = await read(request.points, 'points', hooks);
  if (landmarks !== null && landmarks > points.count) {
    throw invalid(
      `--landmarks: got ${landmarks} for the ${counted(points.count, 'point')} of ${points.source}, expected at most as many ` +
        'as there are points',
    );
  }
  const labels = request.labels && (await labelsOf(points, request.labels, request.size, hooks));
  const { diagrams, coveringRadius, ideals, ...rest } = measureTopology(points, {
    maxDim,
    landmarks,
    ...(labels ? { labels: labels.pairs.flat(), size: labels.size } : {}),
    memory: memory ?? undefined,
    onProgress: (fraction) => hooks.onProgress('measuring', fraction),
  });
  const repeated = rest.landmarks - (diagrams[0]?.length ?? 0);
  if (repeated > 0) {
    hooks.onNotice(
      `topology: ${repeated} of ${rest.landmarks} points lie on another; bars of no length are left out`,
    );
  }
  return {
    diagrams,
    coveringRadius,
    ...rest,
    dimension: points.dimension,
    ...(labels ? { size: labels.size, ideals } : {}),
  };
}

async function pcaOf(request: Request<'pca'>, hooks: MeasureHooks): Promise<Measured['pca']> {
  const { pca, pcaOfRows } = await import('../../../core/metrics/representation/pca.ts');
  const options = {
    method: request.method,
    components: request.components,
    onProgress: (fraction: number) => hooks.onProgress('measuring', fraction),
  };
  const { path, ...how } = request.points;
  // A large array stays in its file.
  const rows = openPointRows(path, how);
  rows?.notices.forEach(hooks.onNotice);
  let result: PcaResult;
  try {
    result = rows ? pcaOfRows(rows, options) : pca(await read(request.points, 'points', hooks), options);
  } finally {
    rows?.dispose();
  }
  const { scores, explainedVariance, explainedVarianceRatio, participationRatio, ...rest } = result;
  if (request.scores !== null) {
    const { unpack } = await import('../../../core/metrics/representation/packed.ts');
    const { writeNpy } = await import('../../../files/npy.ts');
    writeNpy(request.scores, { shape: scores.shape, data: unpack(scores) });
  }
  if (rest.method === 'randomized') {
    hooks.onNotice(
      `pca: the leading ${explainedVariance.length} of ${Math.min(rest.points, rest.dimension)} eigenvalues, by ` +
        'randomized subspace iteration; "--method exact" finds them all',
    );
  }
  // In this order, with what is promised first.
  return { explainedVariance, explainedVarianceRatio, participationRatio, ...rest };
}

async function factorizationOf(
  request: Request<'factorization'>,
  hooks: MeasureHooks,
): Promise<Measured['factorization']> {
  const { measureFactorization } = await import('../../../core/metrics/factorization/factorization.ts');
  const points = await read(request.points, 'points', hooks);
  const { pairs, size } = await labelsOf(points, request.labels, request.size, hooks);
  const result = measureFactorization(points, pairs, {
    size,
    draws: request.draws,
    seed: request.seed,
    onProgress: (fraction) => hooks.onProgress('measuring', fraction),
  });
  return { ...result, size };
}

async function clustersOf(request: Request<'clusters'>, hooks: MeasureHooks): Promise<Measured['clusters']> {
  const { clustersOfSites } = await import('../../../core/metrics/percolation/clusters.ts');
  const { overlapCutoff } = await import('../../../core/metrics/percolation/overlap.ts');
  const sites = pairsOf(await read(request.sites, 'sites', hooks), ['i', 'j'], hooks);
  const { link, periodic } = request;
  const cutoff = 'cutoff' in link ? link.cutoff : overlapCutoff(link.sigma, link.threshold);
  const { components, largest, massRatio } = clustersOfSites(sites, cutoff, {
    periodic: periodic ?? undefined,
  });
  return { components, largest, massRatio, sites: sites.length, cutoff, periodic };
}

async function read({ path, ...how }: InputFile, kind: RowsKind, hooks: MeasureHooks): Promise<PointsFile> {
  const onProgress = (fraction: number) => hooks.onProgress('reading', fraction);
  const found = await readPoints(path, { ...how, kind, onProgress });
  found.notices.forEach(hooks.onNotice);
  return found;
}

/** Label of each point, and their period. */
async function labelsOf(
  points: PointsFile,
  file: InputFile,
  size: number | null,
  hooks: MeasureHooks,
): Promise<{ pairs: [number, number][]; size: number }> {
  const found = await read(file, 'labels', hooks);
  const pairs = pairsOf(found, ['x', 'y'], hooks);
  if (pairs.length !== points.count) {
    throw invalid(
      `${found.source}: got ${counted(pairs.length, 'label')} for the ${counted(points.count, 'point')} of ${points.source}, expected one ` +
        'for each, in the same order',
    );
  }
  return { pairs, size: size ?? periodOfLabels(pairs, found.source, hooks.onNotice) };
}

function pairsOf(
  file: PointsFile,
  names: readonly [string, string],
  { onNotice }: MeasureHooks,
): [number, number][] {
  const [a, b] = columnsOfPairs(file, names, onNotice);
  const { data, count, dimension } = file;
  return Array.from({ length: count }, (_, i) => [data[i * dimension + a]!, data[i * dimension + b]!]);
}
