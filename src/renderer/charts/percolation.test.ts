import { describe, expect, it } from 'vitest';
import { percolationCurve } from '../../core/metrics/percolation/curve.ts';
import { siteLattice } from '../../core/metrics/percolation/lattice.ts';
import { overlapCutoff, pixelOverlap } from '../../core/metrics/percolation/overlap.ts';
import { percolationCurvesCsv, percolationCurvesOption, type NamedCurve } from './percolation-curves.ts';
import { overlapCsv, overlapCurves, overlapOption } from './percolation-overlap.ts';
import { LIGHT } from './theme.ts';

const style = { color: '#123456', dash: 'solid', marker: 'circle' } as const;
const lambdas = [0.001, 0.01, 0.1, 0.5, 1];
const curveOf = (sigma: number): NamedCurve => ({
  name: `σ = ${sigma}`,
  style,
  curve: percolationCurve(siteLattice(16, 0.5), { sigma, threshold: 0.005, lambdas, seeds: 4 }),
});
const curves = [curveOf(0.5), curveOf(0.01)];

interface Series {
  type: string;
  name: string;
  data: number[][];
  markLine?: { data: { xAxis: number }[]; precision: number };
}
const seriesOf = (option: unknown) => (option as { series: Series[] }).series;

describe('curves of percolation', () => {
  const settings = { logLambda: true, over: 'occupied', lambdaRange: [0.005, 1], cursor: 0.02 } as const;

  it('show the mean mass ratio within the axis, and λ_c where there is one', () => {
    const [first, second] = seriesOf(percolationCurvesOption(curves, settings, LIGHT));
    const { points, critical } = curves[0]!.curve;
    expect(first!.data).toEqual(points.slice(1).map((p) => [p.lambda, p.massRatio.mean]));
    expect(first!.markLine!.data).toEqual([{ xAxis: critical.half!.mean }]);
    expect(second!.markLine!.data).toEqual([]); // σ = 0.01 links nothing
  });

  it('mark small λ where they are: two decimals, as charts round them, would put 0.0006 at 0', () => {
    const all = seriesOf(percolationCurvesOption(curves, settings, LIGHT));
    for (const { markLine } of all.filter(({ type }) => type === 'line')) {
      expect(markLine!.precision).toBeGreaterThanOrEqual(9);
    }
    expect(all.at(-1)!.markLine!.data).toEqual([{ xAxis: 0.02 }]);
  });

  it('divide by all sites on request', () => {
    const option = percolationCurvesOption(curves, { ...settings, logLambda: false, over: 'sites' }, LIGHT);
    const [first] = seriesOf(option);
    curves[0]!.curve.points.forEach(({ massRatioOfSites }, i) => {
      expect(first!.data[i]![1]).toBeCloseTo(massRatioOfSites, 12);
    });
    expect(option.xAxis).toMatchObject({ type: 'value', min: 0, max: 1 });
  });

  it('are written with every point of every curve', () => {
    const rows = percolationCurvesCsv(curves).trimEnd().split('\r\n');
    expect(rows).toHaveLength(1 + 2 * lambdas.length);
    expect(rows[1]!.split(',')).toHaveLength(rows[0]!.split(',').length);
    expect(rows.at(-1)).toMatch(/,,$/); // no λ_c
  });
});

describe('overlaps', () => {
  const made = overlapCurves(
    [
      { sigma: 0.3, style },
      { sigma: 1, style },
    ],
    { size: 32, threshold: 0.05, periodic: false },
  );

  it('reach beyond the widest cutoff, and say what the core says', () => {
    const last = made[0]!.points.at(-1)!.distance;
    expect(last).toBeGreaterThan(overlapCutoff(1, 0.05));
    const point = made[0]!.points[20]!;
    expect(point.pixels).toEqual(pixelOverlap(point.distance, 0.3, { size: 32 }));
    expect(made[1]!.cutoff).toBeCloseTo(3.4616, 4); // paper.md
  });

  it('stay within the image however wide the bumps are', () => {
    const [wide] = overlapCurves([{ sigma: 50, style }], { size: 8, threshold: 0.005, periodic: true });
    expect(wide!.points.at(-1)!.distance).toBe(6);
  });

  it('never fall below a logarithmic axis, which has no place for zero', () => {
    const view = { logOverlap: true, pixels: true, threshold: 0.05, spacing: 0.1 };
    const option = overlapOption(made, view, LIGHT);
    const low = (option.yAxis as { min: number }).min;
    for (const { type, data } of seriesOf(option)) {
      if (type === 'line') for (const [, overlap] of data) expect(overlap).toBeGreaterThanOrEqual(low);
    }
    const without = overlapOption(made, { ...view, pixels: false }, LIGHT);
    expect(seriesOf(without).some(({ name }) => name.includes('pixels'))).toBe(false);
  });

  it('are written with closed form and pixels side by side', () => {
    const [header, first] = overlapCsv(made).split('\r\n');
    expect(header).toBe('sigma,distance_px,overlap,pixels_mean,pixels_min,pixels_max,cutoff_px');
    expect(first!.split(',').slice(0, 3)).toEqual(['0.3', '0', '1']);
  });
});
