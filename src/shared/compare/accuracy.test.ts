import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../records.ts';
import { accuracyBySection, evaluationAt, groupedAccuracy } from './accuracy.ts';
import { pairBySeed, pairedAccuracy, pairedSeries } from './paired.ts';

function evaluation(
  step: number,
  both: Readonly<Record<string, number>>,
  change: Partial<Evaluation> = {},
): Evaluation {
  const estimate = (mean: number) => ({ mean, low: mean, high: mean });
  return {
    step,
    final: false,
    tolerancePx: 1,
    readout: 'matchedFilter',
    weights: 'ema',
    seconds: 0,
    sections: Object.entries(both).map(([section, value]) => ({
      section,
      labels: 1,
      images: 1,
      unreadableLabels: 0,
      x: estimate(1),
      y: estimate(1),
      both: estimate(value),
      copyBaseline: { x: 0, y: 0, both: 0 },
      chance: { x: 0, y: 0, both: 0 },
      medianErrorPx: { x: null, y: null },
      none: 0,
      several: 0,
    })),
    skipped: [],
    ...change,
  };
}
const run = (seed: number, ...evaluations: Evaluation[]) => ({ seed, evaluations });
const final = { final: true };

describe('evaluationAt', () => {
  it('reports the full evaluation at the end rather than a cheaper one, and the latest up to a step', () => {
    const cut = run(0, evaluation(0, {}), evaluation(10, {}), evaluation(20, {}), evaluation(20, {}, final));
    expect(evaluationAt(cut)).toBe(cut.evaluations[3]);
    expect(evaluationAt(cut, 15)).toBe(cut.evaluations[1]);
    expect(evaluationAt(cut, 20)).toBe(cut.evaluations[3]);
    expect(evaluationAt(run(0, evaluation(10, {})), 5)).toBeNull();
    expect(evaluationAt(run(0))).toBeNull();
  });
});

describe('accuracyBySection', () => {
  it('has a row for every section of any run, and null where a run has none', () => {
    const a = run(0, evaluation(9, { overall: 0.5, vertical: 0.1 }));
    const b = run(0, evaluation(9, { overall: 0.6, rim: 0.9, vertical: 0.2 }));
    const { rows } = accuracyBySection([a, b, run(0)]);
    expect(rows.map(({ section, cells }) => [section, ...cells.map((c) => c?.both.mean ?? null)])).toEqual([
      ['overall', 0.5, 0.6, null],
      ['rim', null, 0.9, null],
      ['vertical', 0.1, 0.2, null],
    ]);
  });
});

describe('groupedAccuracy', () => {
  it('averages over the runs that have a section, with the interval over runs', () => {
    const group = [0.31, 0.42, 0.28, 0.39, 0.35].map((v, seed) => run(seed, evaluation(9, { overall: v })));
    const [row] = groupedAccuracy([group, [run(0, evaluation(9, { rim: 1 }))]]);
    expect(row!.section).toBe('overall');
    expect(row!.cells[1]).toBeNull();
    // As in seeds.test.ts: scipy.stats.t.interval.
    expect(row!.cells[0]!.both.n).toBe(5);
    expect(row!.cells[0]!.both.low).toBeCloseTo(0.2792142611508864, 12);
  });
});

describe('paired differences', () => {
  const first = [0.5, 0.61, 0.47].map((v, seed) => run(seed, evaluation(9, { overall: v }, final)));
  const second = [0.62, 0.7, 0.66].map((v, seed) => run(seed, evaluation(9, { overall: v }, final)));

  it('pair runs by seed, each once, and name those that are left over', () => {
    const [a0, a1, b1, b2, b1again] = [run(0), run(1), run(1), run(2), run(1)];
    const { pairs, unpaired } = pairBySeed([a0, a1], [b1, b2, b1again]);
    expect(pairs).toEqual([[a1, b1]]);
    expect(pairs[0]![1]).toBe(b1);
    expect(unpaired).toEqual([a0, b2, b1again]);
  });

  it('have the t interval of SciPy over pairs', () => {
    const { rows, steps, cautions } = pairedAccuracy(pairBySeed(first, second.toReversed()).pairs);
    const both = rows.find((row) => row.feature === 'both')!;
    // d = b − a; scipy.stats.t.interval(0.95, 2, loc=d.mean(), scale=d.std(ddof=1)/sqrt(3)).
    expect(both.difference.mean).toBeCloseTo(0.13333333333333333, 12);
    expect(both.difference.low).toBeCloseTo(0.005857286759310382, 12);
    expect(both.difference.high).toBeCloseTo(0.2608093799073563, 12);
    expect(both.second - both.first).toBeCloseTo(both.difference.mean, 12);
    expect(steps).toEqual([9, 9, 9]);
    expect(cautions).toEqual([]);
  });

  it('of one pair have no interval', () => {
    const { rows } = pairedAccuracy([[first[0]!, second[0]!]]);
    expect(rows.find((row) => row.feature === 'both')!.difference).toMatchObject({ n: 1, low: null });
  });

  it('are taken where both were evaluated alike, never a full evaluation against a cheap one', () => {
    const going = run(0, evaluation(0, { overall: 0 }), evaluation(9, { overall: 0.3 }));
    const ended = run(0, evaluation(0, { overall: 0.1 }), evaluation(9, { overall: 0.9 }, final));
    const { rows, steps } = pairedAccuracy([[going, ended]]);
    expect(steps).toEqual([0]);
    expect(rows.find((row) => row.feature === 'both')!.difference.mean).toBeCloseTo(0.1, 12);
    expect(pairedAccuracy([[run(0), ended]])).toEqual({ rows: [], steps: [null], cautions: [] });
  });

  it('say when the two were measured differently', () => {
    const other = run(0, evaluation(9, { overall: 0.62 }, { final: true, tolerancePx: 0.5 }));
    expect(pairedAccuracy([[first[0]!, other]]).cautions).toEqual([
      'the tolerance differs: 1 px against 0.5 px',
    ]);
  });

  it('of curves take the steps that both have', () => {
    const pairs = [
      [
        [
          [0, 1],
          [5, 2],
          [10, 3],
        ],
        [
          [0, 1.5],
          [10, 2],
        ],
      ],
      [
        [
          [0, 1],
          [10, 3],
        ],
        [
          [0, 2.5],
          [5, 9],
          [10, 4],
        ],
      ],
    ] as const;
    expect(pairedSeries(pairs).map(({ step, n, mean }) => [step, n, mean])).toEqual([
      [0, 2, 1],
      [10, 2, 0],
    ]);
  });
});
