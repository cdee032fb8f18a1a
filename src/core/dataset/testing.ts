import { buildDataset, type Dataset, type ImageKind } from './dataset.ts';
import { createRenderer, type RenderSpec } from './render.ts';
import type { Section } from './sections.ts';
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

/** Bumps so narrow that between pixels they are dark: 5 % of the labels can be read (paper.md). */
export const NARROW: Partial<DatasetSpecInput> = { ...PAPER, sigma: { x: 0.1, y: 0.1 } };

/** The same on half-integers of x, with a held-out band between two columns of pixels. */
export const BETWEEN: Partial<DatasetSpecInput> = {
  size: 8,
  sigma: { x: 0.1, y: 0.1 },
  spacing: { x: 0.5, y: 1 },
  heldOut: [{ type: 'band', axis: 'x', range: [2.5, 2.5] }],
};

/** The cross of Fig. 4f, 13–19 in a frame of 32, scaled to another frame. */
export function paperCross(size: number): Extract<ShapeSpec, { type: 'cross' }> {
  const range: [number, number] = [(13 * size) / 32, (19 * size) / 32];
  return { type: 'cross', x: range, y: [...range], mode: 'add' };
}

/** The section of this name; a name that is not there fails the test. */
export function findSection(dataset: Dataset, name: string): Section {
  const section = dataset.sections.find((s) => s.name === name);
  if (section) return section;
  throw new Error(`no section ${name} among ${dataset.sections.map((s) => s.name).join(', ')}`);
}

/** Renders one image into `out` (…, N, N) at `offset`. */
export function renderImage(
  spec: RenderSpec,
  kind: ImageKind,
  x: number,
  y: number,
  out: Float32Array,
  offset = 0,
): void {
  createRenderer(spec)(kind, x, y, out, offset);
}
