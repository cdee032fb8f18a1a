import { describe, expect, it } from 'vitest';
import { RunSpec } from '../../../../../shared/run-spec.ts';
import type { AnalysisSummary } from '../../../../../shared/contract/analysis.ts';
import tiny from '../../../../../../resources/presets/tiny.json' with { type: 'json' };
import { CONDITIONING, controlOf, readingText, withControl } from '../readingText.ts';
import { findStoredOf, readingsOf } from '../storedSteps.ts';
import { reading } from '../testing/fakeClient.ts';
import { columns, gridLines, labelFrame, labelKey, pcaCloud, unpack } from './cloud.ts';
import { inside, lineOf, neighbour, selectionAfter, selectionText, spanned } from './selection.ts';
import { CloudSettings, PCA_REQUEST, umapRequest } from './view.ts';

const grid = (n: number): [number, number][] =>
  Array.from({ length: n * n }, (_, i) => [i % n, Math.floor(i / n)]);
const packed = (values: number[], shape: number[]) => ({
  dtype: 'float32' as const,
  shape,
  base64: Buffer.from(new Float32Array(values).buffer).toString('base64'),
});

describe('clouds', () => {
  it('unpack numbers as they were packed, and refuse other shapes', () => {
    expect([...unpack(packed([1.5, -2, 3, 4], [2, 2]))]).toEqual([1.5, -2, 3, 4]);
    expect(() => unpack(packed([1, 2, 3], [2, 2]))).toThrow(/12 bytes .* expected 16/);
  });

  it('take the components asked for, the last one for what there is not', () => {
    const result = {
      method: 'exact' as const,
      points: 2,
      dimension: 9,
      explainedVariance: [3, 2, 1],
      explainedVarianceRatio: [0.5, 0.3, 0.2],
      totalVariance: 6,
      participationRatio: 2.6,
      top4: 1,
      scores: packed([1, 2, 3, 4, 5, 6], [2, 3]),
    };
    const cloud = pcaCloud(
      {
        labels: [
          [0, 0],
          [1, 0],
        ],
        sections: ['a', 'a'],
      },
      result,
      [2, 7],
      [],
    );
    expect([...cloud.positions]).toEqual([3, 3, 6, 6]);
    expect(cloud.axes).toEqual(['PC 3 (20 %)', 'PC 3 (20 %)']);
    expect([...columns([1, 2, 3, 4], 2, [1, 0])]).toEqual([2, 1, 4, 3]);
  });

  it('have lines along which one feature rises, closed where it is periodic', () => {
    const labels = grid(3).reverse();
    const lines = gridLines(labels, false);
    expect(lines).toHaveLength(6);
    const values = lines.map((line) => line.map((i) => labels[i]!));
    expect(values[0]).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]); // constant x
    expect(values[3]).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]); // constant y
    const closed = gridLines(labels, true)[0]!;
    expect(closed.at(-1)).toBe(closed[0]);
    expect(gridLines(grid(90), false).length).toBeLessThanOrEqual(80);
  });

  it('know the frame of their labels: half a spacing around, or one whole turn', () => {
    const labels = grid(4).map(([x, y]) => [2 * x, y] as [number, number]);
    expect(labelFrame(labels, null)).toEqual({
      spacing: { x: 2, y: 1 },
      extent: { x: [-1, 7], y: [-0.5, 3.5] },
    });
    expect(labelFrame(labels, 8).extent).toEqual({ x: [-1, 7], y: [-0.5, 7.5] });
    expect(labelFrame([], null).spacing).toEqual({ x: 1, y: 1 });
    expect(labelKey([0.1 + 0.2, 3])).toBe(labelKey([0.3, 3]));
  });
});

describe('selection', () => {
  it('is replaced, added to, taken from and turned over', () => {
    const before = new Set([1, 2]);
    const after = (items: number[], how: Parameters<typeof selectionAfter>[2]) => [
      ...selectionAfter(before, items, how),
    ];
    expect(after([3], 'replace')).toEqual([3]);
    expect(after([2, 3], 'add')).toEqual([1, 2, 3]);
    expect(after([2, 3], 'remove')).toEqual([1]);
    expect(after([2, 3], 'toggle')).toEqual([1, 3]);
    expect([...before]).toEqual([1, 2]);
  });

  it('by a lasso takes what is inside, also of shapes with bays', () => {
    const bay: [number, number][] = [
      [0, 0],
      [4, 0],
      [4, 4],
      [2, 1],
      [0, 4],
    ];
    expect(
      [
        [1, 1],
        [3, 1],
        [2, 3],
        [5, 1],
        [2, 0.5],
      ].map((p) => inside(bay, p as [number, number])),
    ).toEqual([true, true, false, false, true]);
  });

  it('by keys goes through the whole grid, and stays at its ends', () => {
    const labels = grid(3);
    let at = 0;
    const seen = [0];
    for (let row = 0; row < 3; row++) {
      for (let i = 0; i < 2; i++) seen.push((at = neighbour(labels, at, 0, row % 2 === 0 ? 1 : -1)));
      if (row < 2) seen.push((at = neighbour(labels, at, 1, 1)));
    }
    expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(neighbour(labels, 2, 0, 1)).toBe(2);
    expect(spanned(labels, 8, 4)).toEqual([4, 5, 7, 8]);
    expect(lineOf(labels, 4, 0)).toEqual([1, 4, 7]);
    expect(lineOf(labels, 4, 1)).toEqual([3, 4, 5]);
  });

  it('is counted by section', () => {
    expect(selectionText(new Set([0, 2]), ['a', 'b', 'b'])).toBe('2 of 3 labels selected: a 1, b 1');
    expect(selectionText(new Set(), ['a'])).toBe('0 of 1 labels selected');
  });
});

describe('controls', () => {
  it('are left the way they were entered', () => {
    const conditioning = withControl(reading, 'conditioning', 'down2');
    expect(conditioning).toMatchObject({ tap: CONDITIONING, network: 'trained' });
    expect(controlOf(conditioning)).toBe('conditioning');
    expect(withControl(conditioning, 'trained', 'down2').tap).toBe('down2');
    const untrained = withControl(reading, 'untrained', 'down2');
    expect(untrained).toMatchObject({ tap: 'down3', network: 'untrained' });
    expect(withControl(untrained, 'trained', 'down2')).toEqual(reading);
    expect(readingText(untrained)).toBe('down3 (untrained), clean, t = 50, 4 × 4 labels');
  });
});

describe('what is stored', () => {
  const run: RunSpec = RunSpec.parse(tiny.spec);
  run.training.ema.startStep = 50;
  const summary = (step: number, change: Partial<AnalysisSummary> = {}): AnalysisSummary => ({
    step,
    representation: { ...reading, weights: step > 50 ? 'ema' : 'raw' },
    request: PCA_REQUEST,
    at: '',
    sha256: `${step}`,
    ...change,
  });
  const wanted = readingsOf(reading, [0, 50, 100], 'down3');
  const found = (stored: AnalysisSummary[]) => {
    const find = findStoredOf(stored, PCA_REQUEST, run);
    return wanted.map(({ step, representation }) => find(step, representation)?.sha256);
  };

  it('answers what is asked with weights left to be decided, by step', () => {
    const controls = wanted.map(({ control }) => control);
    expect(controls).toEqual(['trained', 'trained', 'trained', 'untrained', 'conditioning']);
    expect(found([summary(100), summary(50)])).toEqual([undefined, '50', '100', undefined, undefined]);
  });

  it('answers nothing of other weights, other readings and other kinds', () => {
    const raw = { ...reading, weights: 'raw' as const };
    const umap = umapRequest(CloudSettings.parse({ layout: 'umap' }))!;
    const others = [
      summary(100, { representation: raw }),
      summary(100, { representation: { ...reading, weights: 'ema', timestep: 3 } }),
      summary(50, { request: umap }),
    ];
    expect(found(others)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('of the controls is found as such', () => {
    const untrained = summary(0, { representation: { ...reading, network: 'untrained', weights: 'raw' } });
    expect(found([untrained])[3]).toBe('0');
    expect(found([untrained])[0]).toBeUndefined();
  });
});
