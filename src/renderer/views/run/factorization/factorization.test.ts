import { describe, expect, it } from 'vitest';
import {
  FACTORIZATION_TESTS,
  type CosineStatistics,
  type FactorizationResult,
  type FactorizationTest,
} from '../../../../core/metrics/records-analysis.ts';
import { scoreCurves, scoreReferences } from './stepCurves.ts';
import { countedIdeals, fixed, nearest, orderedTests, verdictOf, verdictText } from './texts.ts';

const cosines = (mean: number | null): CosineStatistics => ({
  mean,
  sd: 0,
  count: 1,
  excluded: 0,
  histogram: [1],
});
type Distances = FactorizationResult['tests'][number]['distance'];

function resultWith(
  distances: Partial<Record<FactorizationTest, Distances>>,
  bestTorus: 'x' | 'y' = 'x',
): FactorizationResult {
  return {
    draws: 10,
    seed: 0,
    tests: [...FACTORIZATION_TESTS].reverse().map((test) => ({
      test,
      ...{ model: cosines(0.5), clifford: cosines(0), torusX: cosines(0), torusY: cosines(0) },
      distance: distances[test] ?? { clifford: 0.1, torusX: 0.3, torusY: 0.05 },
    })),
    bestTorus,
    score: 0.6,
    definition: '',
  };
}

it('puts the deciding tests first, whatever the order of the answer', () => {
  expect(
    orderedTests(resultWith({}))
      .map(({ test }) => test)
      .slice(0, 3)
      .sort(),
  ).toEqual(['orthogonality-xy', 'parallelism-x', 'parallelism-y']);
});

describe('nearest', () => {
  it('holds the Clifford torus against the better assignment only', () => {
    const [test] = resultWith({}).tests;
    expect(nearest(test!, { bestTorus: 'x' })).toBe('clifford'); // torusY would be nearer
    expect(nearest(test!, { bestTorus: 'y' })).toBe('torusY');
    expect(countedIdeals({ bestTorus: 'y' })).toEqual(['clifford', 'torusY']);
  });

  it('decides nothing where both are equally far, as in the parallelism of the major angle', () => {
    const even = { clifford: 0.2, torusX: 0.2, torusY: 0.4 };
    const result = resultWith({ 'parallelism-x': even });
    expect(
      nearest(
        result.tests.find(({ test }) => test === 'parallelism-x')!,
        result,
      ),
    ).toBeNull();
  });
});

describe('verdictOf (claim C2)', () => {
  const far = { clifford: 0.5, torusX: 0.3, torusY: 0.3 };
  const even = { clifford: 0.2, torusX: 0.2, torusY: 0.4 };

  it('counts the deciding tests, and none of the others', () => {
    expect(verdictOf(resultWith({}))).toEqual({ clifford: 3, torus: 0, alike: 0 });
    expect(verdictOf(resultWith({ 'steps-xx': far }))).toEqual({ clifford: 3, torus: 0, alike: 0 });
    expect(verdictOf(resultWith({ 'parallelism-y': far, 'parallelism-x': even }))).toEqual({
      clifford: 1,
      torus: 1,
      alike: 1,
    });
    expect(verdictOf(resultWith({}, 'y'))).toEqual({ clifford: 0, torus: 3, alike: 0 });
  });

  it('is open where a distance is missing', () => {
    const none = { clifford: null, torusX: null, torusY: null };
    expect(verdictOf(resultWith({ 'orthogonality-xy': none }))).toBeNull();
  });

  it('takes the ideals themselves for what they are: nearer themselves in all that can tell', () => {
    // Distances of each ideal to both, with x around the axis: the parallelism of x is 1 on both.
    const clifford = resultWith({
      'orthogonality-xy': { clifford: 0, torusX: 0.4, torusY: 0.4 },
      'parallelism-x': { clifford: 0, torusX: 0, torusY: 0.5 },
      'parallelism-y': { clifford: 0, torusX: 0.5, torusY: 0 },
    });
    expect(verdictText(verdictOf(clifford)!)).toBe(
      'Nearer to the Clifford torus in both tests that can tell; equally far in 1 test.',
    );
  });
});

it('draws the trained network over steps, and controls as lines', () => {
  const [late, early] = [
    { ...resultWith({}), score: 0.9 },
    { ...resultWith({}), score: null },
  ];
  const found = [
    { control: 'trained', step: 20, result: late },
    { control: 'trained', step: 0, result: early },
    { control: 'untrained', step: 0, result: resultWith({}) },
  ] as const;
  const [score, ...means] = scoreCurves(found);
  expect(score!.points).toEqual([[20, 0.9]]); // no score, no point
  expect(means.map(({ points }) => points.length)).toEqual([2, 2, 2]);
  expect(scoreReferences(found)).toEqual([{ name: 'untrained: score', value: 0.6 }]);
  expect(scoreCurves(found.slice(2))).toEqual([]);
});

it('writes numbers without a negative zero', () => {
  expect([fixed(-0.0001), fixed(-0.5), fixed(null), fixed(0.25, 2)]).toEqual([
    '0.000',
    '−0.500',
    '–',
    '0.25',
  ]);
});
