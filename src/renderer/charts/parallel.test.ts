import { describe, expect, it } from 'vitest';
import { echarts } from './echarts.ts';
import { categoriesOf, parallelCsv, parallelOption, withinBrush, type Parallel } from './parallel.ts';
import { LIGHT } from './theme.ts';

const style = { color: '#0072b2', dash: 'solid', marker: 'circle' } as const;
const data: Parallel = {
  axes: [
    { key: 'rate', name: 'learning rate', numeric: true },
    { key: 'kind', name: 'kind', numeric: false },
  ],
  lines: [
    { name: 'a', style, values: [0.1, 'bump2d'] },
    { name: 'b', style, values: [0.2, 'sos2d'] },
    { name: 'c', style, values: [null, 'bump2d'] },
  ],
};

describe('withinBrush', () => {
  it('lets everything through without an interval', () => {
    expect(withinBrush(data, {})).toEqual([true, true, true]);
    expect(withinBrush(data, { rate: [], gone: [[0, 0]] })).toEqual([true, true, true]);
  });

  it('wants each axis to agree, and any interval of an axis; ends are in', () => {
    expect(withinBrush(data, { rate: [[0.2, 0.3]] })).toEqual([false, true, false]);
    expect(
      withinBrush(data, {
        rate: [
          [0, 0.1],
          [0.2, 1],
        ],
      }),
    ).toEqual([true, true, false]);
    expect(withinBrush(data, { rate: [[0, 1]], kind: [[0, 0]] })).toEqual([true, false, false]);
  });

  it('gives runs without a value a place among names', () => {
    const lines = [...data.lines, { name: 'd', style, values: [0.3, null] }];
    expect(categoriesOf(lines, 1)).toEqual(['bump2d', 'sos2d', 'none']);
    expect(withinBrush({ ...data, lines }, { kind: [[1.5, 2.5]] })).toEqual([false, false, false, true]);
  });

  it('counts categories by their places on the axis', () => {
    expect(categoriesOf(data.lines, 1)).toEqual(['bump2d', 'sos2d']);
    expect(withinBrush(data, { kind: [[0.5, 1.5]] })).toEqual([false, true, false]);
  });
});

describe('parallelOption', () => {
  it('draws a line for each run in its colour, with gaps for what it does not have', () => {
    const series = parallelOption(data, LIGHT).series as {
      data: { value: unknown[]; lineStyle: { color: string } }[];
    }[];
    expect(series[0]!.data.map(({ value }) => value)).toEqual([
      [0.1, 'bump2d'],
      [0.2, 'sos2d'],
      ['-', 'bump2d'],
    ]);
    expect(series[0]!.data[0]!.lineStyle.color).toBe(style.color);
  });

  it('is drawn by ECharts with the names of its axes', () => {
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 500, height: 300 });
    chart.setOption(parallelOption(data, LIGHT));
    const svg = chart.renderToSVGString();
    chart.dispose();
    expect(svg).toContain('learning rate');
    expect(svg).toContain('sos2d');
  });
});

it('parallelCsv has a column for each axis', () => {
  expect(parallelCsv(data)).toBe('run,learning rate,kind\r\na,0.1,bump2d\r\nb,0.2,sos2d\r\nc,,bump2d\r\n');
});
