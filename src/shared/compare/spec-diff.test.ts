import { expect, test } from 'vitest';
import { RunSpec, type RunSpecInput } from '../run-spec.ts';
import { diffSpecs, flattenSpec, mergeOrders, seedlessKey } from './spec-diff.ts';

const INPUT: RunSpecInput = {
  version: 1,
  dataset: { size: 8, parts: [{ kind: 'bump2d' }] },
  model: {
    stem: 4,
    widths: [4, 8],
    bottleneck: [8],
    up: [8, 4],
    block: 'residual',
    activation: 'silu',
    normGroups: 1,
    downsample: 'average',
    upsample: 'nearest',
    attention: { after: [], heads: 1, kind: 'projection' },
    embedding: { dim: 8, mix: 'mlp', time: { dim: 8 }, label: { kind: 'sinusoidal', dim: 8 } },
  },
  diffusion: { timesteps: 10, schedule: { kind: 'linear' } },
  training: {
    steps: 20,
    batchSize: 2,
    optimizer: { learningRate: 1e-3 },
    rate: { kind: 'constant' },
    ema: { decay: 0.9 },
    validation: { count: 0, everySteps: 10 },
    checkpoint: { everySteps: 5 },
  },
  evaluation: {
    sampler: { steps: 3 },
    labelsPerSection: 1,
    samplesPerLabel: 1,
    during: { labelsPerSection: 1, samplesPerLabel: 1 },
    points: 0,
  },
  seed: 3,
};
const BASE = RunSpec.parse(INPUT);
const withDataset = (dataset: Partial<RunSpecInput['dataset']>) =>
  RunSpec.parse({ ...INPUT, dataset: { ...INPUT.dataset, ...dataset } });

test('a specification becomes paths in the order of its fields; intervals stay whole, shapes are taken apart', () => {
  const spec = withDataset({ heldOut: [{ type: 'cross', x: [3, 4], y: [3, 5], name: 'c' }] });
  const flat = flattenSpec(spec);
  expect(flat.map(([path]) => path).filter((path) => /^(dataset\.heldOut|seed|version)/.test(path))).toEqual([
    'version',
    'dataset.heldOut[0].type',
    'dataset.heldOut[0].x',
    'dataset.heldOut[0].y',
    'dataset.heldOut[0].name',
    'dataset.heldOut[0].mode',
    'seed',
  ]);
  const map = new Map(flat);
  expect(map.get('dataset.heldOut[0].y')).toEqual([3, 5]);
  expect(map.get('model.widths')).toEqual([4, 8]);
  expect(map.get('dataset.parts[0].kind')).toBe('bump2d');
  // Fields that are null or empty are shown, or a difference from "unset" could not be.
  expect(map.get('dataset.parts[0].weight')).toBeNull();
  expect(map.get('dataset.lesion')).toEqual([]);
});

test('a comparison has every path of any side in its place, and says which differ', () => {
  const held = withDataset({ heldOut: [{ type: 'band', axis: 'x', range: [3, 4] }] });
  const rows = diffSpecs([BASE, held, { ...held, seed: 9 }]);
  expect(rows.filter((row) => row.differs)).toEqual(
    [
      { path: 'dataset.heldOut', values: [[], undefined, undefined], differs: true },
      { path: 'dataset.heldOut[0].type', values: [undefined, 'band', 'band'], differs: true },
      { path: 'dataset.heldOut[0].axis', values: [undefined, 'x', 'x'], differs: true },
      { path: 'dataset.heldOut[0].range', values: [undefined, [3, 4], [3, 4]], differs: true },
      { path: 'dataset.heldOut[0].mode', values: [undefined, 'add', 'add'], differs: true },
      { path: 'seed', values: [3, 3, 9], differs: true },
    ].toSorted((a, b) => rows.findIndex((r) => r.path === a.path) - rows.findIndex((r) => r.path === b.path)),
  );
  expect(rows).toHaveLength(new Set([...flattenSpec(BASE), ...flattenSpec(held)].map(([path]) => path)).size);
  // New paths of the second stand among the dataset's, not at the end.
  const at = (path: string) => rows.findIndex((row) => row.path === path);
  expect(at('dataset.heldOut[0].mode')).toBeLessThan(at('model.stem'));
  expect(diffSpecs([BASE]).some((row) => row.differs)).toBe(false);
});

test('merged orders keep the order of each list where they agree, and lose and repeat nothing', () => {
  expect(
    mergeOrders([
      ['a', 'b', 'd'],
      ['a', 'c', 'd', 'e'],
      ['0', 'a'],
    ]),
  ).toEqual(['0', 'a', 'c', 'b', 'd', 'e']);
  expect(
    mergeOrders([
      ['a', 'b'],
      ['b', 'a'],
    ]),
  ).toEqual(['a', 'b']);
  expect(mergeOrders([])).toEqual([]);
});

test('runs are keyed by everything but the seed, whatever the order of fields', () => {
  const shuffled = Object.fromEntries(Object.entries(BASE).reverse()) as RunSpec;
  expect(seedlessKey({ ...shuffled, seed: 99 })).toBe(seedlessKey(BASE));
  for (const other of [
    withDataset({ parts: [{ kind: 'bump2d', lambda: 0.5 }] }),
    withDataset({ parts: [{ kind: 'bump2d', lambdaSeed: 1 }] }),
    withDataset({ heldOut: [{ type: 'band', axis: 'x', range: [3, 4] }] }),
    { ...BASE, training: { ...BASE.training, steps: 21 } },
  ]) {
    expect(seedlessKey(other)).not.toBe(seedlessKey(BASE));
  }
});
