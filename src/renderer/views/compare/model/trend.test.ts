import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../../core/metrics/trends/wilson.ts';
import { crossingText, trendCsv } from '../../../charts/trend.ts';
import type { RunSpec } from '../../../../shared/run-spec.ts';
import { comparedRun, evaluation, specWith } from '../testing/runs.ts';
import type { ComparedRun } from './run.ts';
import { differences, trendAxes } from './trend-axes.ts';
import { accuracyTrendChart, crossingTrendChart } from './trend-chart.ts';
import { crossingAxes, crossingTrends } from './trend-crossings.ts';
import { axisOf, trendGroups } from './trend-groups.ts';
import {
  labelInterval,
  placesOf,
  pointsLeftOut,
  suggestsLog,
  trendCurve,
  type TrendSettings,
} from './trend.ts';

/** A sweep: each entry a run whose accuracy of `overall` and `vertical` is given. */
function runOf(
  change: (spec: RunSpec) => void,
  accuracy: number,
  { images = null as number | null, vertical = accuracy, steps = [40] } = {},
): ComparedRun {
  const spec = specWith(change);
  const id = `r${counter++}`;
  const last = steps.at(-1)!;
  return comparedRun(id, {
    spec,
    evaluations: steps.map((step) =>
      evaluation(step, { overall: (accuracy * step) / last, vertical }, step === last),
    ),
    row: { region: images === null ? null : ({ trainingImages: images, heldOut: 0, lesion: 0 } as never) },
  });
}
let counter = 0;

const settings: TrendSettings = {
  ...{ section: 'overall', feature: 'both', cursor: null, level: 0.6, xLog: false, yLog: false },
};
const axisBy = (runs: readonly ComparedRun[], key: string) =>
  trendAxes(runs).find((axis) => axis.key === key)!;
const curvesOf = (runs: readonly ComparedRun[], key: string, change: Partial<TrendSettings> = {}) =>
  trendGroups(runs, axisBy(runs, key), null).groups.map((group) =>
    trendCurve(group, axisBy(runs, key), { ...settings, ...change }),
  );

/** λ of the first part, and of every other part along with it if asked for. */
const lambda =
  (value: number, seed: number, change: (spec: RunSpec) => void = () => {}) =>
  (spec: RunSpec) => {
    spec.seed = seed;
    spec.dataset.parts = [{ ...spec.dataset.parts[0]!, lambda: value, lambdaSeed: seed }];
    change(spec);
  };
const sweep = [0.1, 0.2, 0.4].flatMap((value) =>
  [1, 2].flatMap((seed) => [
    runOf(lambda(value, seed), value + 0.1 * seed),
    runOf(
      lambda(value, seed, (spec) => (spec.dataset.sigma = { x: 2, y: 2 })),
      value + 0.4,
    ),
  ]),
);

describe('axes', () => {
  it('begin with what was swept: the dataset’s parameter along which a curve has the most values', () => {
    expect(axisOf(sweep, trendAxes(sweep), null).key).toBe('lambda');
    expect(axisOf(sweep, trendAxes(sweep), 'sigma').key).toBe('sigma');
    // Both σ and the kind differ, but no curve has two values of anything.
    const apart = [
      runOf(() => {}, 0.5),
      runOf((s) => {
        s.dataset.sigma = { x: 2, y: 2 };
        s.dataset.polarity = 'dark';
      }, 0.5),
    ];
    expect(axisOf(apart, trendAxes(apart), null).key).toBe('step');
    const rates = [1e-3, 2e-3].map((rate) => runOf((s) => (s.training.optimizer.learningRate = rate), 0.5));
    expect(axisOf(rates, trendAxes(rates), null).key).toBe('spec:training.optimizer.learningRate');
  });

  it('prefer what was changed to the dataset size, which follows from it', () => {
    const lesions = [2, 4].map((width) =>
      runOf((s) => (s.dataset.lesion = [{ type: 'lesion', mode: 'add', axis: 'x', width }]), 0.5, {
        images: 90 - width,
      }),
    );
    expect(axisOf(lesions, trendAxes(lesions), null).key).toBe('lesionWidth');
    const plain = [50, 90].map((images) =>
      runOf((s) => (s.dataset.spacing = { x: images, y: 1 }), 0.5, { images }),
    );
    expect(axisOf(plain, trendAxes(plain), null).key).toBe('images');
  });

  it('read the width of a region off its shape, and none off shapes of several widths', () => {
    const width = (shapes: RunSpec['dataset']['heldOut']) => {
      const run = runOf((s) => (s.dataset.heldOut = shapes), 0.5);
      return axisBy([run], 'heldOutWidth').at(run, 0);
    };
    const add = { mode: 'add' } as const;
    expect(width([])).toBe(0);
    expect(width([{ type: 'interior', width: 3.5, ...add }])).toBe(3.5);
    expect(width([{ type: 'cross', x: [1.3, 1.9], y: [2.3, 2.9], ...add }])).toBe(0.6);
    expect(width([{ type: 'cross', x: [1, 2], y: [1, 3], ...add }])).toBeNull();
    expect(width([{ type: 'ellipse', center: [2, 2], radii: [1, 1], ...add }])).toBeNull();
    expect(
      width([
        { type: 'band', axis: 'x', range: [1, 3], ...add },
        { type: 'band', axis: 'y', range: [4, 6], ...add },
      ]),
    ).toBe(2);
    expect(width([{ type: 'interior', width: 3, mode: 'cut' }])).toBeNull();
  });

  it('along training are steps, and epochs of the run’s own dataset', () => {
    const run = runOf(() => {}, 0.5, { images: 100 });
    expect(axisBy([run], 'step').at(run, 40)).toBe(40);
    expect(axisBy([run], 'epoch').at(run, 40)).toBe((40 * run.spec.training.batchSize) / 100);
    const unknown = runOf(() => {}, 0.5);
    expect(axisBy([unknown], 'epoch').at(unknown, 40)).toBeNull();
  });
});

describe('trendGroups', () => {
  it('tells curves apart by what differs besides the axis and the seeds, and names them so', () => {
    const { groups, by, offered, within } = trendGroups(sweep, axisBy(sweep, 'lambda'), null);
    expect(groups.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['σ 1', 6],
      ['σ 2', 6],
    ]);
    expect(by).toEqual(['dataset.sigma.x', 'dataset.sigma.y']);
    expect(offered).toContain('seed');
    expect(offered).not.toContain('dataset.parts[0].lambda');
    expect(within).toEqual([]);
  });

  it('can be told otherwise, and says what then differs within a curve', () => {
    const merged = trendGroups(sweep, axisBy(sweep, 'lambda'), []);
    expect(merged.groups.map(({ name, runs }) => [name, runs.length])).toEqual([['all runs', 12]]);
    expect(merged.within).toEqual(['dataset.sigma.x', 'dataset.sigma.y']);
    const bySeed = trendGroups(sweep, axisBy(sweep, 'lambda'), ['seed', 'dataset.sigma.x', 'gone']);
    expect(bySeed.groups).toHaveLength(4);
    expect(bySeed.by).toEqual(['dataset.sigma.x', 'seed']);
  });

  it('keeps runs of equal epochs on one curve, and says that their steps differ', () => {
    const runs = [0.1, 0.2].map((v) =>
      runOf(
        lambda(v, 1, (s) => (s.training.steps = 100 * v)),
        v,
      ),
    );
    const { groups, within } = trendGroups(runs, axisBy(runs, 'lambda'), null);
    expect(groups).toHaveLength(1);
    expect(within).toEqual(['training.steps']);
  });

  it('tells long values apart even where their names are cut', () => {
    const points = (last: number): [number, number][] => [
      [1, 1],
      [2, 1],
      [2.25, 2.25],
      [1.125, 3],
      [1, last],
    ];
    const runs = [4, 5].map((last) =>
      runOf((s) => (s.dataset.heldOut = [{ type: 'polygon', mode: 'add', points: points(last) }]), 0.5),
    );
    expect(trendGroups(runs, axisBy(runs, 'step'), null).groups).toHaveLength(2);
  });

  it('counts regions that are scaled with N as part of N', () => {
    const runs = [16, 32].map((N) =>
      runOf((s) => {
        s.dataset.size = N;
        s.dataset.heldOut = [{ type: 'cross', mode: 'add', x: [N / 4, N / 2], y: [N / 4, N / 2] }];
      }, 0.5),
    );
    expect(trendGroups(runs, axisBy(runs, 'size'), null).groups).toHaveLength(1);
    expect(differences(runs).map(({ path }) => path)).toContain('dataset.heldOut[0].x');
  });
});

describe('trendCurve', () => {
  it('averages over seeds at each x, and crosses between', () => {
    const [narrow, wide] = curvesOf(sweep, 'lambda');
    expect(narrow!.means.map(({ x, n }) => [x, n])).toEqual([
      [0.1, 2],
      [0.2, 2],
      [0.4, 2],
    ]);
    // Means λ + 0.15 reach no 0.6 within 0.4; λ + 0.4 do at 0.2.
    narrow!.means.forEach(({ x, mean }) => expect(mean).toBeCloseTo(x + 0.15, 12));
    expect(narrow!.crossing).toMatchObject({ x: null, side: 'below' });
    expect(wide!.crossing!.x).toBeCloseTo(0.2, 12);
    expect(wide!.crossing!.seeds).toBe(2);
    // t(0.975, 1) = 12.706 times the standard error of two values 0.1 apart, 0.05.
    expect(narrow!.means[0]!.high! - narrow!.means[0]!.mean).toBeCloseTo(12.706204736 * 0.05, 8);
  });

  it('is of the section, the feature and the step cursor that are chosen', () => {
    const run = runOf(() => {}, 0.8, { vertical: 0.3, steps: [0, 20, 40] });
    const y = (change: Partial<TrendSettings>, key = 'sigma') =>
      curvesOf([run], key, change)[0]!.points.map((point) => [point.step, point.y]);
    expect(y({ section: 'vertical', feature: 'x' })).toEqual([[40, 0.4]]);
    expect(y({ cursor: 25 })).toEqual([[20, 0.4]]);
    expect(y({ section: 'elsewhere' })).toEqual([]);
    expect(y({ cursor: 25 }, 'step')).toEqual([
      [0, 0],
      [20, 0.4],
    ]);
    expect(curvesOf([run], 'step')[0]!.crossing!.x).toBeCloseTo(30, 12);
  });

  it('along training averages only where all runs were evaluated, and takes the full evaluation of a step', () => {
    const short = runOf((s) => (s.seed = 1), 0.2, { steps: [0, 20] });
    const long = runOf((s) => (s.seed = 2), 0.8, { steps: [0, 20, 40] });
    expect(curvesOf([short, long], 'step')[0]!.means.map(({ x, n }) => [x, n])).toEqual([
      [0, 2],
      [20, 2],
    ]);
    const twice = comparedRun('twice', {
      evaluations: [evaluation(40, { overall: 0.1 }), evaluation(40, { overall: 0.7 }, true)],
    });
    expect(curvesOf([twice], 'step')[0]!.points.map(({ y }) => y)).toEqual([0.7]);
  });

  it('has a slope only where both axes are logarithmic, of what such axes can show', () => {
    const runs = [1, 2, 4].map((v) => runOf((s) => (s.dataset.sigma = { x: v, y: v }), v ** 2 / 20));
    expect(curvesOf(runs, 'sigma', { xLog: true })[0]!.slope).toBeNull();
    expect(curvesOf(runs, 'sigma', { xLog: true, yLog: true })[0]!.slope!.slope).toBeCloseTo(2, 9);
    const more = [...runs, runOf((s) => (s.dataset.sigma = { x: 8, y: 8 }), 0)];
    const [curve] = curvesOf(more, 'sigma', { xLog: true, yLog: true });
    expect(curve!.means).toHaveLength(3);
    const { groups } = trendGroups(more, axisBy(more, 'sigma'), null);
    expect(pointsLeftOut(groups, axisBy(more, 'sigma'), { ...settings, yLog: true })).toBe(1);
    expect(placesOf(groups, axisBy(more, 'sigma'), settings)).toEqual([1, 2, 4, 8]);
  });

  it('gives sections the interval of Wilson, and overall that of its evaluation', () => {
    const [overall, vertical] = evaluation(40, { overall: 1, vertical: 1 }).sections;
    expect(labelInterval(overall!, 'both')).toEqual({ low: 0.95, high: 1.05 });
    expect(labelInterval(vertical!, 'both')).toEqual(wilsonInterval(1, 4));
  });
});

describe('crossings over a parameter', () => {
  // Reached at λ = 0.1 √N·c: N = 16 at 0.2, N = 64 at 0.4, twice as much for the wide bumps.
  const runs = [16, 64].flatMap((N) =>
    [1, 2].flatMap((sigma) =>
      [0, 1].map((end) => {
        const at = 0.05 * Math.sqrt(N) * sigma;
        const change = (s: RunSpec) => {
          s.dataset.size = N;
          s.dataset.margin = N / 8;
          s.dataset.sigma = { x: sigma, y: sigma };
        };
        return runOf(lambda(at + (end ? 0.05 : -0.05), 1, change), end ? 0.7 : 0.5);
      }),
    ),
  );
  const axes = trendAxes(runs);
  const curves = curvesOf(runs, 'lambda');

  it('are offered over what differs between curves but not within', () => {
    const groups = trendGroups(runs, axisBy(runs, 'lambda'), null).groups;
    const keys = crossingAxes(groups, axes, axisBy(runs, 'lambda')).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(['size', 'sigma']));
    expect(keys).not.toContain('lambda');
    expect(keys).not.toContain('step');
    expect(keys).not.toContain('heldOutWidth');
  });

  it('make a line for each of the other parameters, with its power law', () => {
    const lines = crossingTrends(curves, axisBy(runs, 'size'));
    expect(lines.map(({ name }) => name)).toEqual(['σ 1', 'σ 2']);
    for (const [i, { points, slope }] of lines.entries()) {
      expect(points.map(({ x }) => x)).toEqual([16, 64]);
      expect(points[0]!.y).toBeCloseTo(0.2 * (i + 1), 9);
      expect(slope!.slope).toBeCloseTo(0.5, 9);
      expect(slope!.low).toBeNull();
    }
    const chart = crossingTrendChart(lines, axisBy(runs, 'lambda'), axisBy(runs, 'size'), settings);
    expect(chart).toMatchObject({ xLog: true, yLog: true, xName: 'image size N (px)', yName: 'λ at 60 %' });
  });

  it('leave out curves that never cross', () => {
    const never = curvesOf(runs, 'lambda', { level: 0.9 });
    expect(
      crossingTrends(never, axisBy(runs, 'size')).every(
        ({ points, slope }) => points.length === 0 && slope === null,
      ),
    ).toBe(true);
  });
});

describe('what is exported', () => {
  it('has every run, mean and crossing', () => {
    const chart = accuracyTrendChart(curvesOf(sweep, 'lambda'), axisBy(sweep, 'lambda'), settings);
    const rows = trendCsv(chart).trim().split('\r\n');
    const of = (what: string) => rows.filter((row) => row.startsWith(`${what},`));
    expect(rows[0]).toBe(
      'what,curve,run,λ of the 2D images (fraction kept),"right in x and y, overall (fraction)",low,high,note',
    );
    expect([of('run'), of('mean'), of('crossing')].map(({ length }) => length)).toEqual([12, 6, 1]);
    expect(of('run')[0]).toContain('"step 40, 4 labels"');
  });

  it('states open ends of a crossing’s interval', () => {
    const text = (low: number | null, high: number | null) => crossingText({ interval: { low, high } });
    expect(text(1.5, 3)).toBe('95 %: 1.5 to 3');
    expect(text(null, 3)).toBe('95 %: up to 3, from below what was measured');
    expect(text(1.5, null)).toBe('95 %: from 1.5 to beyond what was measured');
    expect(crossingText({ interval: null })).toBe('no interval: one seed');
  });
});

it('suggestsLog asks for positive values over more than a factor of 20', () => {
  expect(suggestsLog([0.01, 0.3])).toBe(true);
  expect(suggestsLog([1, 20])).toBe(false);
  expect(suggestsLog([0, 100])).toBe(false);
  expect(suggestsLog([])).toBe(false);
});
