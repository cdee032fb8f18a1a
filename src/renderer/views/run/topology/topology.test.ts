import { describe, expect, it } from 'vitest';
import type { TopologyResult } from '../../../../core/metrics/records-analysis.ts';
import {
  angleGrid,
  cliffordTorus,
  torusOfRevolution,
} from '../../../../core/metrics/representation/ideal.ts';
import { DEFAULT_ANALYSES } from '../../../../shared/analysis.ts';
import type { AnalysisSummary } from '../../../../shared/contract/analysis.ts';
import { defaultReading } from '../../../../shared/representation.ts';
import { specWith } from '../../compare/testing/runs.ts';
import { barsAtStep, enclosingRadius, idealPanels, modelPanel } from './panels.ts';
import { barCurves, barReferences } from './stepCurves.ts';
import { findStoredOf, readingsOf } from '../analysis/storedSteps.ts';

const result: TopologyResult = {
  points: 4,
  landmarks: 2,
  landmarkIndices: [0, 3],
  coveringRadius: 0.25,
  enclosingRadius: 2,
  maxDim: 2,
  diagrams: [
    [
      [0, null],
      [0, 1],
    ],
    [
      [0.5, 0.75],
      [0.5, 1.5],
      [0.5, 0.6],
      [0.5, 0.55],
    ],
    [],
  ],
  ideals: [
    { shape: 'clifford', diagrams: [[[0, null]]] },
    { shape: 'torus', diagrams: [[[0, null]]] },
  ],
};

describe('enclosingRadius', () => {
  it('is that of the whole shapes on an even grid', () => {
    // Opposite points of the Clifford torus lie √(2² + 2²) apart, from anywhere. On a torus with R = 2, r = 1 the
    // points of the inner circle have the nearest farthest point, on the outer circle opposite: 1 + 3.
    const grid = angleGrid(12, 12);
    expect(enclosingRadius(cliffordTorus(grid))).toBeCloseTo(2 * Math.SQRT2, 12);
    expect(enclosingRadius(torusOfRevolution(grid))).toBeCloseTo(4, 12);
  });

  it('is the least of the farthest distances, not the greatest nor a mean', () => {
    expect(enclosingRadius({ data: [0, 1, 10], count: 3, dimension: 1 })).toBe(9);
    expect(enclosingRadius({ data: [7], count: 1, dimension: 1 })).toBe(0);
  });
});

describe('panels', () => {
  it('bounds artefacts by twice the covering radius, where landmarks were chosen', () => {
    expect(modelPanel(result, 'm').artefacts).toBe(0.5);
    expect(modelPanel({ ...result, landmarkIndices: null, coveringRadius: 0 }, 'm').artefacts).toBeNull();
  });

  it('samples the ideals at the landmarks, not at all points', () => {
    // Labels 0 and 3 lie half a period apart in x: 2 on the circle.
    const labels: [number, number][] = [
      [0, 0],
      [1, 0],
      [0, 3],
      [8, 0],
    ];
    const [clifford, torus] = idealPanels(result, labels, 16);
    expect(clifford!.enclosingRadius).toBeCloseTo(2, 12);
    expect(torus!.enclosingRadius).toBeCloseTo(6, 12);
  });
});

describe('barCurves', () => {
  const at = (step: number) => barsAtStep(step, result);

  it('orders bars by length, whatever the order of the diagram, and scales them', () => {
    expect(at(5).h1).toEqual([1, 0.25, expect.closeTo(0.1)]);
    const curves = barCurves([at(10), at(5)], true);
    expect(curves.map(({ name }) => name)).toEqual(['longest H₁', '2nd H₁', '3rd H₁']); // there is no void
    expect(curves[0]!.points).toEqual([
      [5, 0.5],
      [10, 0.5],
    ]);
    expect(barCurves([at(5)], false)[1]!.points).toEqual([[5, 0.25]]);
  });

  it('keeps controls out of the curves, as lines', () => {
    const bars = [
      { control: 'trained', bars: at(5) },
      { control: 'untrained', bars: at(0) },
    ];
    expect(barReferences(bars, false)).toEqual([{ name: 'untrained: 2nd H₁', value: 0.25 }]);
  });
});

describe('findStoredOf', () => {
  const run = specWith((spec) => (spec.training.ema.startStep = 100));
  const reading = defaultReading(run);
  const request = DEFAULT_ANALYSES.topology;
  const stored = (step: number, weights: 'raw' | 'ema', more: object = {}): AnalysisSummary => ({
    step,
    representation: { ...reading, weights, ...more },
    request,
    at: '2026-01-01T00:00:00Z',
    sha256: `${step}${weights}`,
  });

  it('finds what was stored under the weights that the run decided on', () => {
    const find = findStoredOf([stored(50, 'raw'), stored(200, 'ema')], request, run);
    expect(find(50, reading)?.sha256).toBe('50raw');
    expect(find(200, reading)?.sha256).toBe('200ema');
    expect(find(200, { ...reading, weights: 'raw' })).toBeUndefined();
    expect(find(60, reading)).toBeUndefined();
    expect(find(50, { ...reading, timestep: reading.timestep + 1 })).toBeUndefined();
  });

  it('takes no answer to another question', () => {
    const other = { ...request, landmarks: 77 } as typeof request;
    expect(findStoredOf([stored(50, 'raw')], other, run)(50, reading)).toBeUndefined();
    expect(findStoredOf([stored(50, 'raw')], DEFAULT_ANALYSES.pca, run)(50, reading)).toBeUndefined();
  });

  it('finds an untrained network at any step, since it is the same', () => {
    const find = findStoredOf([stored(0, 'raw', { network: 'untrained' })], request, run);
    expect(find(200, { ...reading, network: 'untrained' })?.sha256).toBe('0raw');
  });
});

it('reads every kept step and both controls, back at the network where a control is looked at', () => {
  const reading = { ...defaultReading(specWith()), tap: 'conditioning' };
  const all = readingsOf(reading, [0, 10, 40], 'down2');
  expect(
    all.map(({ control, step, representation: { tap, network } }) => [control, step, tap, network]),
  ).toEqual([
    ['trained', 0, 'down2', 'trained'],
    ['trained', 10, 'down2', 'trained'],
    ['trained', 40, 'down2', 'trained'],
    ['untrained', 0, 'down2', 'untrained'],
    ['conditioning', 40, 'conditioning', 'trained'],
  ]);
  expect(readingsOf(reading, [], 'down2')).toEqual([]);
});
