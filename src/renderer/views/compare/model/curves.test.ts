import { describe, expect, it } from 'vitest';
import type { Series } from '../../../../shared/compare/seeds.ts';
import { comparedRun, evaluation, specWith } from '../testing/runs.ts';
import { comparedCurves, lastOfEachStep } from './curves.ts';
import { metricTitle, parseMetric } from './metrics.ts';
import { entriesOf, groupsOf } from './run.ts';

const seeded = (seed: number) => specWith((spec) => (spec.seed = seed));
const runs = [1, 2, 3].map((seed) =>
  comparedRun(`s${seed}`, {
    spec: seeded(seed),
    evaluations: [evaluation(0, { a: 0 }), evaluation(10, { a: seed / 10 })],
  }),
);
const losses: Record<string, Series> = {
  s1: [
    [1, 1],
    [2, 4],
  ],
  s2: [
    [1, 2],
    [2, 5],
  ],
  s3: [
    [1, 3],
    [2, 6],
    [3, 7],
  ],
};
const seriesOf = (id: string, key: string) => (key === 'loss' ? losses[id] : undefined);
const groups = groupsOf(runs);

describe('comparedCurves', () => {
  it('draws one curve for each run', () => {
    const curves = comparedCurves(entriesOf(runs, groups, false), 'metric:loss', 'step', seriesOf);
    expect(curves.map(({ name }) => name)).toEqual(['s1', 's2', 's3']);
    expect(curves[2]!.points).toEqual(losses['s3']);
    expect(curves.every(({ band }) => band === undefined)).toBe(true);
  });

  it('averages seeds at the steps that all have, with the 95 % interval of Student', () => {
    const curves = comparedCurves(entriesOf(runs, groups, true), 'metric:loss', 'step', seriesOf);
    expect(curves).toHaveLength(1);
    expect(curves[0]!.name).toContain('n = 3');
    expect(curves[0]!.points).toEqual([
      [1, 2],
      [2, 5],
    ]);
    // 1, 2, 3: standard deviation 1, t(0.975, 2) = 4.302653 (any table): half width 4.302653/√3 = 2.484139.
    const [x, low, high] = curves[0]!.band![0]!;
    expect([x, low, high]).toEqual([1, expect.closeTo(2 - 2.484139, 5), expect.closeTo(2 + 2.484139, 5)]);
  });

  it('leaves a run without points out of the mean instead of losing the curve', () => {
    const waiting = comparedRun('s4', { spec: seeded(4) });
    const all = [...runs, waiting];
    const [curve] = comparedCurves(entriesOf(all, groupsOf(all), true), 'metric:loss', 'step', seriesOf);
    expect(curve!.points).toEqual([
      [1, 2],
      [2, 5],
    ]);
  });

  it('draws the accuracy of a section with the interval of its evaluation', () => {
    const [curve] = comparedCurves(
      entriesOf(runs.slice(0, 1), [], false),
      'accuracy:a:both',
      'images',
      seriesOf,
    );
    expect(curve).toMatchObject({
      markers: true,
      points: [
        [0, 0],
        [160, 0.1],
      ],
    });
    expect(curve!.band![1]).toEqual([160, expect.closeTo(0.05, 12), expect.closeTo(0.15, 12)]);
  });
});

it('lastOfEachStep prefers the full evaluation, which records have last', () => {
  const full = evaluation(10, { a: 0.9 }, true);
  expect(
    lastOfEachStep([evaluation(10, { a: 0.5 }), full, evaluation(0, { a: 0 })]).map(
      (e) => e.sections[0]!.both.mean,
    ),
  ).toEqual([0, 0.9]);
});

describe('parseMetric', () => {
  it('finds sections whose names hold colons, and refuses what is no metric', () => {
    expect(parseMetric('accuracy:rim: left:x')).toEqual({
      kind: 'accuracy',
      section: 'rim: left',
      feature: 'x',
    });
    expect(parseMetric('metric:a:b')).toEqual({ kind: 'metric', key: 'a:b' });
    expect(parseMetric('accuracy:a:z')).toBeNull();
    expect(metricTitle('metric:somethingNew')).toBe('somethingNew');
  });
});
