import { expect, it } from 'vitest';
import { decodingCsv, decodingOption, type Decoding } from './decoding.ts';
import { echarts } from './echarts.ts';
import { LIGHT } from './theme.ts';

const decoding: Decoding = {
  targets: [
    {
      feature: 'x',
      scores: [
        { on: 'seen', labels: 8, r2: 0.9 },
        { on: 'vertical', labels: 3, r2: -42.5 },
      ],
    },
    {
      feature: 'y',
      scores: [
        { on: 'seen', labels: 8, r2: 0.8 },
        { on: 'vertical', labels: 3, r2: null },
      ],
    },
  ],
};
type Bar = { value: number | null; label: { formatter: string } };

it('ends bars far below zero at the floor, and says how far they would go', () => {
  const { series, yAxis } = decodingOption(decoding, LIGHT) as unknown as {
    series: { name: string; data: Bar[] }[];
    yAxis: { min: number };
  };
  expect(yAxis.min).toBe(-1);
  expect(series[0]!.data[1]).toMatchObject({ value: -1, label: { formatter: '−43', position: 'top' } });
  expect(series[1]!.data[1]).toMatchObject({ value: null, label: { formatter: '–' } });
});

it('begins at zero while no R² is below it, and is drawn by the library', () => {
  const good = { targets: decoding.targets.map((t) => ({ ...t, scores: t.scores.slice(0, 1) })) };
  const option = decodingOption(good, LIGHT) as unknown as { yAxis: { min: number } };
  expect(option.yAxis.min).toBe(0);
  const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 500, height: 300 });
  chart.setOption(option as never);
  expect(chart.renderToSVGString()).toContain('0.90');
  chart.dispose();
});

it('is written with every score, unclipped, and with what it asks of the decoder', () => {
  expect(decodingCsv(decoding).trimEnd().split('\r\n').slice(1)).toEqual([
    'x,seen,seen,8,0.9',
    'x,vertical,interpolation,3,-42.5',
    'y,seen,seen,8,0.8',
    'y,vertical,composition,3,',
  ]);
});

it('names the scores in words, and says in the tooltip whether a bar asks for composition or interpolation', () => {
  const { xAxis, tooltip } = decodingOption(decoding, LIGHT) as unknown as {
    xAxis: { data: string[] };
    tooltip: { formatter: (bar: { seriesName: string; dataIndex: number }) => string };
  };
  expect(xAxis.data).toEqual(['labels fitted', 'vertical']);
  // The vertical band holds out values of x; of y it holds every value, in new pairs.
  expect(tooltip.formatter({ seriesName: 'x', dataIndex: 1 })).toMatch(
    /^x on vertical[\s\S]*asks for interpolation$/,
  );
  expect(tooltip.formatter({ seriesName: 'y', dataIndex: 1 })).toMatch(
    /^y on vertical[\s\S]*asks for composition$/,
  );
});
