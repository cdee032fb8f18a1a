import { counted } from '../../core/base/counted.ts';
import { invalid } from '../../core/base/errors.ts';
import { measureFactorization } from '../../core/metrics/factorization/factorization.ts';
import { decode } from '../../core/metrics/representation/decoding.ts';
import { pcaOfRows } from '../../core/metrics/representation/pca.ts';
import type { Points } from '../../core/metrics/representation/points.ts';
import { similarity } from '../../core/metrics/representation/similarity.ts';
import { umap } from '../../core/metrics/representation/umap.ts';
import { measureTopology } from '../../core/metrics/topology/measure-topology.ts';
import { openRows, type RowFile } from '../../files/safetensors-stream.ts';
import type { AnalysisRequest, AnalysisResult } from '../../shared/analysis.ts';
import type { AnalyseSetup } from './analyse-messages.ts';

/**
 * The measurement that a request asks for, of a stored representation. PCA reads it block by block; the others need all
 * points in memory.
 * @throws CliffordError INVALID_INPUT, also for more points than fit into memory, naming how many would
 */
export function measure(
  { path, request, spec, grid, memory }: AnalyseSetup,
  onProgress: (fraction: number) => void,
): AnalysisResult {
  const rows = openRows(path, 'representation');
  try {
    if (rows.count !== grid.keys.length) {
      throw invalid(
        `${path}: got ${rows.count} representations, expected those of ${grid.keys.length} labels`,
      );
    }
    if (request.kind === 'pca') {
      const { method, components } = request;
      return { kind: 'pca', result: pcaOfRows(rows, { method, components, onProgress }) };
    }
    return measurePoints(allPoints(rows, memory, request.kind), { request, spec, grid, memory }, onProgress);
  } finally {
    rows.dispose();
  }
}

function measurePoints(
  points: Points,
  { request, spec, grid, memory }: Omit<AnalyseSetup, 'path' | 'request'> & { request: InMemory },
  onProgress: (fraction: number) => void,
): AnalysisResult {
  const { size, boundary } = spec.dataset;
  const labels = Array.from(grid.keys, (_, i): [number, number] => [
    grid.labels[2 * i]!,
    grid.labels[2 * i + 1]!,
  ]);
  switch (request.kind) {
    case 'umap': {
      const { kind, ...options } = request;
      return { kind, result: umap(points, { ...options, onProgress }) };
    }
    case 'topology': {
      const { kind, maxDim, landmarks } = request;
      const options = { maxDim, landmarks, labels: grid.labels, size, memory, onProgress };
      return { kind, result: measureTopology(points, options) };
    }
    case 'factorization': {
      const { kind, draws, seed } = request;
      return { kind, result: measureFactorization(points, labels, { size, draws, seed, onProgress }) };
    }
    case 'similarity': {
      const { kind, ...options } = request;
      return { kind, result: similarity(points, labels, { ...options, onProgress }) };
    }
    case 'decoding': {
      const { kind, ...options } = request;
      const period = boundary === 'periodic' ? size : null;
      return { kind, result: decode(points, labels, grid.sections, { ...options, period, onProgress }) };
    }
  }
}

type InMemory = Exclude<AnalysisRequest, { kind: 'pca' }>;

function allPoints(rows: RowFile, memory: number, what: string): Points {
  const { count, dimension } = rows;
  const fitting = Math.floor(memory / (4 * dimension));
  if (count > fitting) {
    const side = Math.floor(Math.sqrt(fitting));
    throw invalid(
      `${what}: got ${counted(count, 'point')} of ${counted(dimension, 'number')}, which do not fit into memory; ` +
        (side >= 2
          ? `${fitting} points would: choose at most ${counted(side, 'label')} along each axis`
          : 'choose a tap with fewer numbers'),
    );
  }
  return { data: rows.read(0, count), count, dimension };
}
