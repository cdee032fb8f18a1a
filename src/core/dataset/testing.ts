import { buildDataset, type Dataset } from './dataset.ts';
import { DatasetSpec, ShapeSpec, type DatasetSpecInput } from './spec.ts';

/** A parsed spec from the fields that matter to a test: 16 × 16 bumps on the unit lattice. */
export function specOf(fields: Partial<DatasetSpecInput> = {}): DatasetSpec {
  return DatasetSpec.parse({ size: 16, parts: [{ kind: 'bump2d' }], ...fields });
}

export function datasetOf(fields: Partial<DatasetSpecInput> = {}): Dataset {
  return buildDataset(specOf(fields));
}

export function shapeOf(shape: unknown): ShapeSpec {
  return ShapeSpec.parse(shape);
}

/** The paper's lattice: N = 32, d = 0.1. */
export const PAPER: Partial<DatasetSpecInput> = { size: 32, spacing: { x: 0.1, y: 0.1 } };
