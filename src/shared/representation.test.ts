import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildDataset } from '../core/dataset/dataset.ts';
import { DatasetSpec } from '../core/dataset/spec.ts';
import { RepresentationSpec } from './analysis.ts';
import { checkReading, decideWeights, defaultReading, labelGrid } from './representation.ts';
import { RunSpec } from './run-spec.ts';

const file = new URL('../../resources/presets/quick.json', import.meta.url);
const quick = RunSpec.parse((JSON.parse(readFileSync(file, 'utf8')) as { spec: unknown }).spec);
/** 16×16, T = 1000; its sampler calls the network at 999, 500 (499.5 rounded) and 0. */
const spec: RunSpec = {
  ...quick,
  evaluation: {
    ...quick.evaluation,
    sampler: { ...quick.evaluation.sampler, steps: 3, spacing: 'linspace' },
  },
};

const dataset = (spacing: number, margin = 0) =>
  buildDataset(
    DatasetSpec.parse({
      size: 8,
      margin,
      spacing: { x: spacing, y: spacing },
      parts: [{ kind: 'bump2d' }],
      heldOut: [{ type: 'band', axis: 'x', range: [3, 4] }],
    }),
  );

describe('labelGrid', () => {
  it('takes every label of the frame, x fastest, with its section', () => {
    const grid = labelGrid(dataset(1), null);
    expect([grid.nx, grid.ny, grid.labels.length]).toEqual([8, 8, 128]);
    expect([...grid.labels.slice(0, 6)]).toEqual([0, 0, 1, 0, 2, 0]);
    expect([...grid.labels.slice(-2)]).toEqual([7, 7]);
    expect(grid.sections.slice(2, 6)).toEqual(['in-distribution', 'vertical', 'vertical', 'in-distribution']);
    expect(grid.notices).toEqual([]);
  });

  it('gives a label the same key in any grid, margin and all', () => {
    const keyOf = (grid: ReturnType<typeof labelGrid>, x: number, y: number) =>
      grid.keys.find((_, i) => grid.labels[2 * i] === x && grid.labels[2 * i + 1] === y);
    const all = labelGrid(dataset(0.5), null);
    expect(keyOf(labelGrid(dataset(0.5), 4), 4, 6)).toBe(keyOf(all, 4, 6));
    expect(keyOf(labelGrid(dataset(0.5, 2), 4), 4, 6)).toBe(keyOf(all, 4, 6));
    expect(new Set(all.keys).size).toBe(256);
  });

  it('goes round a torus without a seam, says when labels are not evenly spaced, and refuses more than there are', () => {
    expect([...labelGrid(dataset(1), 4).labels.slice(0, 8)].filter((_, i) => i % 2 === 0)).toEqual([
      0, 2, 4, 6,
    ]);
    expect(labelGrid(dataset(1), 3).notices[0]).toMatch(/3 labels along x are not equally spaced: .* has 8/);
    expect(() => labelGrid(dataset(1), 9)).toThrow(/got 9, expected at most 8/);
  });
});

describe('checkReading', () => {
  const reading = (change: Partial<RepresentationSpec> = {}) =>
    checkReading(spec, { ...defaultReading(spec), ...change });

  it('knows the shape of each tap', () => {
    expect(reading()).toMatchObject({ shape: [64, 4, 4], dimension: 1024, timestep: 100 });
    expect(reading({ tap: 'conditioning' })).toMatchObject({ shape: [64], dimension: 64 });
  });

  it('takes the sampler’s nearest timestep along a trajectory, and says so', () => {
    const { timestep, notices } = reading({ mode: 'trajectory', timestep: 300 });
    expect(timestep).toBe(500);
    expect(notices.join()).toMatch(/does not stop at timestep 300: read at 500, the nearest of its 3 steps/);
    expect(reading({ mode: 'trajectory', timestep: 999 })).toMatchObject({ timestep: 999, notices: [] });
  });

  it('refuses taps and timesteps that there are not', () => {
    expect(() => reading({ tap: 'down7' })).toThrow(/got "down7", expected one of conditioning, stem, down1/);
    expect(() => reading({ timestep: 1000 })).toThrow('timestep: got 1000, expected one from 0 to 999');
  });
});

describe('decideWeights', () => {
  it('takes the average once it has begun, and the initialization as it is', () => {
    const ema = { ...spec.training.ema, startStep: 4 };
    const late = { ...spec, training: { ...spec.training, ema } };
    const representation = defaultReading(late);
    expect([4, 5].map((step) => decideWeights(late, representation, step))).toEqual(['raw', 'ema']);
    expect(decideWeights(late, { ...representation, weights: 'raw' }, 12)).toBe('raw');
    expect(decideWeights(late, { ...representation, network: 'untrained', weights: 'ema' }, 0)).toBe('raw');
  });
});

describe('defaultReading', () => {
  it('takes all labels of a small lattice, and an evenly spaced grid of a large one', () => {
    const perAxis = (spacing: number) =>
      defaultReading({ ...spec, dataset: { ...spec.dataset, spacing: { x: spacing, y: spacing } } }).perAxis;
    // 16, 32, 64, 80 and 160 labels along an axis.
    expect([1, 0.5, 0.25, 0.2, 0.1].map(perAxis)).toEqual([null, null, 32, 20, 32]);
  });

  it('is one that can be asked for where an axis has a single label', () => {
    const reading = defaultReading({ ...spec, dataset: { ...spec.dataset, spacing: { x: 16, y: 0.1 } } });
    expect(RepresentationSpec.parse(reading).perAxis).toBeNull();
  });
});
