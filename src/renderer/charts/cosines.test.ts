import { describe, expect, it } from 'vitest';
import { FACTORIZATION_TESTS, type CosineStatistics } from '../../core/metrics/records-analysis.ts';
import { cosinesCsv, cosinesOption, IDEALS, sharesOf, TEST_TEXT, testSeries } from './cosines.ts';
import { echarts } from './echarts.ts';
import { LIGHT } from './theme.ts';

const cosines = (histogram: number[], mean: number | null = 0): CosineStatistics => ({
  mean,
  sd: 0.1,
  count: histogram.reduce((a, b) => a + b, 0),
  excluded: 3,
  histogram,
});
/** Orthogonality of x to y: exactly 0 on the Clifford torus, wide on the torus of revolution (paper). */
const test = {
  test: 'orthogonality-xy' as const,
  model: cosines([20, 15, 15, 15, 15, 20]),
  clifford: cosines([0, 0, 0, 100, 0, 0]),
  torusX: cosines([30, 10, 10, 10, 10, 30], 0.003),
  torusY: cosines([30, 10, 10, 10, 10, 30], 0.003),
  distance: { clifford: 0.2, torusX: 0.3, torusY: 0.3 },
};
const series = testSeries(test, { name: 'model', style: { color: '#000000', dash: 'solid' } });
type Drawn = {
  type: string;
  name: string;
  data: (number[] & { value: number[]; label: { formatter: string } })[];
  markLine: { data: object[] };
};
const drawn = (fullHeight: boolean, of = series) =>
  cosinesOption({ series: of, fullHeight }, LIGHT) as unknown as { yAxis: { max: number }; series: Drawn[] };

describe('cosinesOption', () => {
  it('draws bins from edge to edge, as shares, so that unequal numbers of draws compare', () => {
    const [model] = drawn(true).series;
    expect(model!.data).toEqual([
      [-1, 0.2],
      [-0.666666667, 0.15],
      [-0.333333333, 0.15],
      [0, 0.15],
      [0.333333333, 0.15],
      [0.666666667, 0.2],
      [1, 0.2],
    ]);
    expect(sharesOf(cosines([2, 2]))).toEqual(sharesOf(cosines([50, 50])));
  });

  it('marks the mean of each shape, and none where no cosine was counted', () => {
    expect(
      drawn(true)
        .series.map((one) => one.markLine?.data)
        .slice(0, 3),
    ).toEqual([[{ xAxis: 0 }], [{ xAxis: 0 }], [{ xAxis: 0.003 }]]);
    const none = [{ ...series[0]!, cosines: cosines([0, 0, 0, 0], null) }];
    expect(drawn(false, none).series[0]!.markLine.data).toEqual([]);
    expect(drawn(false, none).yAxis.max).toBeGreaterThan(0);
  });

  it('never cuts the model, and says how tall the bins are that it cuts', () => {
    const { yAxis, series: all } = drawn(false);
    expect(yAxis.max).toBeGreaterThan(0.2);
    expect(yAxis.max).toBeLessThan(1);
    const cuts = all.filter(({ type }) => type === 'scatter').flatMap(({ data }) => data);
    expect(cuts.map(({ value, label }) => [value[0], label.formatter])).toEqual([
      [expect.closeTo(1 / 6), '100 % ↑'],
    ]);
    // Ideals of about the model's height are left whole.
    const alike = [series[0]!, series[2]!];
    expect(drawn(false, alike).yAxis.max).toBeGreaterThan(0.3);
    const full = drawn(true);
    expect(full.yAxis.max).toBeGreaterThan(1);
    expect(full.series.filter(({ type }) => type === 'scatter').flatMap(({ data }) => data)).toEqual([]);
  });

  it('can be drawn', () => {
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 500, height: 300 });
    chart.setOption(cosinesOption({ series, fullHeight: false }, LIGHT));
    expect(chart.renderToSVGString()).toContain('100 %');
    chart.dispose();
  });
});

it('writes every bin of every shape with the excluded draws', () => {
  const lines = cosinesCsv([{ name: test.test, series }])
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(1 + 4 * 6);
  expect(lines[2]).toBe('orthogonality-xy,model,-0.666666667,-0.333333333,15,0.15,0,0.1,100,3');
});

it('tells all tests and all ideals apart', () => {
  expect(new Set(FACTORIZATION_TESTS.map((name) => TEST_TEXT[name].title)).size).toBe(
    FACTORIZATION_TESTS.length,
  );
  expect(new Set(IDEALS.map(({ style }) => style.color)).size).toBe(3);
  expect(new Set(IDEALS.map(({ style }) => style.dash)).size).toBe(3);
});
