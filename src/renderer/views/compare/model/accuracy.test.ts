import { describe, expect, it } from 'vitest';
import { comparedRun, evaluation, specWith } from '../testing/runs.ts';
import { accuracyBars, stepsSentence } from './accuracy.ts';
import { entriesOf, groupsOf } from './run.ts';

const run = comparedRun('a', {
  evaluations: [
    evaluation(0, { p: 0.1, q: 0.9 }),
    evaluation(10, { p: 0.5, q: 0.4 }),
    evaluation(20, { p: 0.3, q: 0.2 }, true),
  ],
});
const entries = entriesOf([run], [], false);
const means = (bars: ReturnType<typeof accuracyBars>) =>
  bars.bars.map((row) => row.map((bar) => bar?.mean ?? null));

describe('accuracyBars', () => {
  it('takes the last evaluation at or before the cursor, and says which', () => {
    const bars = accuracyBars(entries, 'both', 'cursor', 15);
    expect(means(bars)).toEqual([[0.5, 0.4]]);
    expect(bars.bars[0]![0]!.steps).toEqual([10]);
  });

  it('takes the best of each section on its own', () => {
    const bars = accuracyBars(entries, 'both', 'best', null);
    expect(bars.sections).toEqual(['p', 'q']);
    expect(means(bars)).toEqual([[0.5, 0.9]]);
    expect(bars.bars[0]!.map((bar) => bar!.steps)).toEqual([[10], [0]]);
  });

  it('keeps the evaluation’s interval for a run and copying beside it', () => {
    const [[bar]] = accuracyBars(entries, 'both', 'last', 0).bars as [
      [{ low: number; high: number; copying: number }],
    ];
    expect(bar).toMatchObject({ mean: 0.3, low: 0.25, high: 0.35, copying: 0.05 });
  });

  it('leaves a hole where a run was not evaluated or has no such section', () => {
    const other = comparedRun('b', { evaluations: [evaluation(20, { q: 0.6, r: 1 })] });
    const bars = accuracyBars(entriesOf([run, other, comparedRun('c')], [], false), 'both', 'last', null);
    expect(bars.sections).toEqual(['p', 'q', 'r']);
    expect(means(bars)).toEqual([
      [0.3, 0.2, null],
      [null, 0.6, 1],
      [null, null, null],
    ]);
  });

  it('averages a group over its runs: the interval is over seeds', () => {
    const seeds = [0.2, 0.4].map((mean, i) =>
      comparedRun(`s${i}`, {
        spec: specWith((spec) => (spec.seed = i)),
        evaluations: [evaluation(5, { p: mean })],
      }),
    );
    const [[bar]] = accuracyBars(entriesOf(seeds, groupsOf(seeds), true), 'both', 'last', null).bars as [
      [{ mean: number; low: number }],
    ];
    expect(bar).toMatchObject({ mean: expect.closeTo(0.3, 12), n: 2 });
    // t(0.975, 1) = 12.7062 (any table); standard error 0.1.
    expect(bar.low).toBeCloseTo(0.3 - 1.27062, 4);
  });
});

it('stepsSentence says when runs stand at different steps, or were not evaluated', () => {
  const [a, b] = [evaluation(1000, {}), evaluation(2000, {})];
  expect(stepsSentence([a, a])).toBe('From step 1,000.');
  expect(stepsSentence([b, a, null])).toBe('From steps 1,000 to 2,000; 1 not evaluated there.');
  expect(stepsSentence([null])).toBeNull();
});
