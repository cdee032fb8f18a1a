import { describe, expect, it } from 'vitest';
import { angleGrid, cliffordTorus, torusOfRevolution } from '../../core/metrics/representation/ideal.ts';
import type { Points } from '../../core/metrics/representation/points.ts';
import { echarts } from './echarts.ts';
import { dimensionCsv, dimensionOption, IDEAL_DIMENSIONS } from './spectrum-steps.ts';
import { cumulative, percent, spectrumCsv, spectrumOption } from './spectrum.ts';
import { LIGHT } from './theme.ts';

const spectrum = { explainedVariance: [6, 3, 1, 0], explainedVarianceRatio: [0.6, 0.3, 0.1, 0] };
type Drawn = {
  type: string;
  name: string;
  data: unknown[];
  markLine?: { data: { yAxis?: number; xAxis?: number }[] };
};
const series = (option: object): Drawn[] => (option as { series: Drawn[] }).series;

describe('spectrumOption', () => {
  it('shows shares and what they are together', () => {
    const [bars, line] = series(spectrumOption(spectrum, { log: false, most: 3 }, LIGHT));
    expect(bars!.data).toMatchObject([{ value: 0.6 }, { value: 0.3 }, { value: 0.1 }]);
    expect((line!.data as number[]).at(-1)).toBeCloseTo(1, 12);
  });

  it('leaves zeros out of a logarithmic axis, and is drawn by the library', () => {
    const option = spectrumOption(spectrum, { log: true, most: 10 }, LIGHT);
    expect(series(option)[0]!.data[3]).toMatchObject({ value: null });
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 500, height: 300 });
    chart.setOption(option);
    expect(chart.renderToSVGString()).not.toContain('NaN');
    chart.dispose();
  });

  it('is written with every component', () => {
    expect(spectrumCsv(spectrum).trimEnd().split('\r\n').slice(0, 3)).toEqual([
      'component,explained variance,share,cumulative share',
      '1,6,0.6,0.6',
      `2,3,0.3,${0.6 + 0.3}`,
    ]);
    expect(cumulative([])).toEqual([]);
    expect(percent(0.55912)).toBe('55.9 %');
  });
});

/** (Σλ)²/Σλ² by the trace of the covariance and the sum of its squares, which needs no eigenvalues. */
function participation({ data, count, dimension }: Points): number {
  const mean = Array.from({ length: dimension }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += data[i * dimension + k]!;
    return sum / count;
  });
  let [trace, squares] = [0, 0];
  for (let a = 0; a < dimension; a++) {
    for (let b = 0; b < dimension; b++) {
      let c = 0;
      for (let i = 0; i < count; i++) {
        c += (data[i * dimension + a]! - mean[a]!) * (data[i * dimension + b]! - mean[b]!);
      }
      if (a === b) trace += c;
      squares += c * c;
    }
  }
  return trace ** 2 / squares;
}

it('the dimensions drawn for the ideals are theirs', () => {
  const grid = angleGrid(24, 24);
  expect(participation(cliffordTorus(grid))).toBeCloseTo(IDEAL_DIMENSIONS.clifford, 9);
  expect(participation(torusOfRevolution(grid))).toBeCloseTo(IDEAL_DIMENSIONS.torus, 4);
});

describe('dimensionOption', () => {
  const data = {
    points: [
      { step: 0, participationRatio: 9, top4: 0.4 },
      { step: 8, participationRatio: 5, top4: 0.7 },
    ],
    accuracy: [[4, 0.5]] as const,
    references: [{ name: 'Clifford torus', value: 4, at: 'start' as const }],
    cursor: 8,
  };

  it('keeps step 0 on a logarithmic axis, left of all others and named 0', () => {
    const option = dimensionOption(data, { log: true }, LIGHT) as unknown as {
      xAxis: { min: number; axisLabel: { formatter: (v: number) => string } };
    };
    expect(option.xAxis.min).toBe(2);
    expect(option.xAxis.axisLabel.formatter(2)).toBe('0');
    expect(series(option)[0]!.data).toEqual([
      [2, 9],
      [8, 5],
    ]);
  });

  it('leaves room for the ideals when the dimension is below them', () => {
    const low = { ...data, points: [{ step: 8, participationRatio: 1.9, top4: 1 }] };
    const { yAxis } = dimensionOption(low, { log: false }, LIGHT) as unknown as { yAxis: { max: number }[] };
    expect(yAxis[0]!.max).toBeGreaterThan(4);
  });

  it('marks ideals and the step of the page', () => {
    const marks = series(dimensionOption(data, { log: false }, LIGHT))[0]!.markLine!.data;
    expect(marks.map(({ yAxis, xAxis }) => yAxis ?? xAxis)).toEqual([4, 8]);
  });

  it('is drawn by the library while nothing was computed', () => {
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 500, height: 300 });
    chart.setOption(
      dimensionOption({ ...data, points: [], accuracy: [], cursor: null }, { log: true }, LIGHT),
    );
    expect(chart.renderToSVGString()).not.toContain('NaN');
    chart.dispose();
  });

  it('is written by step, with what is missing left empty', () => {
    expect(dimensionCsv(data).trimEnd().split('\r\n')).toEqual([
      'step,participation ratio,top-4 variance,accuracy (both)',
      '0,9,0.4,',
      '4,,,0.5',
      '8,5,0.7,',
    ]);
  });
});
