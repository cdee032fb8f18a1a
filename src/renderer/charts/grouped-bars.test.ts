import { describe, expect, it } from 'vitest';
import { echarts } from './echarts.ts';
import { groupedBarsCsv, groupedBarsOption, type GroupedBars } from './grouped-bars.ts';
import { DARK, LIGHT } from './theme.ts';

const style = { color: '#0072b2', dash: 'solid', marker: 'circle' } as const;
const bars: GroupedBars = {
  categories: ['p', 'q'],
  yName: 'accuracy',
  yMax: 1,
  referenceName: 'copying',
  series: [
    { name: 'first', style, values: [{ mean: 0.5, low: 0.4, high: 0.6, reference: 0.25 }, null] },
    {
      name: 'second',
      style: { ...style, color: '#d55e00', dash: 'dashed' },
      values: [
        { mean: 0.8, low: null, high: null },
        { mean: 0.2, low: 0, high: 1, note: 'step 5' },
      ],
    },
  ],
};

interface Shape {
  type: string;
  shape?: { x1: number; y1: number; x2: number; y2: number };
  childrenRef?(): Shape[];
}

/** Line shapes that custom series drew, in pixels, and the chart that places values. */
function drawn(data: GroupedBars) {
  const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 600, height: 300 });
  chart.setOption(groupedBarsOption(data, LIGHT));
  chart.renderToSVGString();
  const lines: NonNullable<Shape['shape']>[] = [];
  const visit = (shape: Shape): void => {
    if (shape.type === 'line' && shape.shape) lines.push(shape.shape);
    shape.childrenRef?.().forEach(visit);
  };
  chart
    .getZr()
    .storage.getDisplayList()
    .forEach((shape) => visit(shape as unknown as Shape));
  const y = (value: number) => chart.convertToPixel({ yAxisIndex: 0 }, value) as number;
  return { lines, y, dispose: () => chart.dispose() };
}

describe('groupedBarsOption', () => {
  it('draws the whisker of a bar from its low to its high end, over that bar', () => {
    const { lines, y, dispose } = drawn(bars);
    const whisker = lines.find((l) => Math.abs(l.y1 - y(0.4)) < 1e-6 && Math.abs(l.y2 - y(0.6)) < 1e-6);
    const other = lines.find((l) => Math.abs(l.y1 - y(0)) < 1e-6 && Math.abs(l.y2 - y(1)) < 1e-6);
    expect(whisker!.x1).toBe(whisker!.x2);
    // The first series stands left in its category, the second right in the next one.
    expect(whisker!.x1).toBeGreaterThan(56);
    expect(whisker!.x1).toBeLessThan(56 + 532 / 4);
    expect(other!.x1).toBeGreaterThan(56 + (532 * 3) / 4);
    dispose();
  });

  it('draws no whisker without an interval, and the tick where the reference lies', () => {
    const only = (values: GroupedBars['series'][number]['values']) =>
      drawn({ ...bars, series: [{ name: 'a', style, values }] });
    const without = only([{ mean: 0.5, low: null, high: null }, null]);
    const upright = (l: { x1: number; x2: number; y1: number; y2: number }) => l.x1 === l.x2 && l.y1 !== l.y2;
    const inside = (l: { x1: number }) => l.x1 > 56 + 20;
    expect(
      without.lines
        .filter(upright)
        .filter(inside)
        .filter((l) => Math.abs(l.y1 - without.y(0.5)) < 1),
    ).toEqual([]);
    const referenced = only([{ mean: 0.5, low: null, high: null, reference: 0.25 }, null]);
    expect(referenced.lines.some((l) => l.y1 === l.y2 && Math.abs(l.y1 - referenced.y(0.25)) < 1e-6)).toBe(
      true,
    );
    without.dispose();
    referenced.dispose();
  });

  it('leaves room for a bar that is missing, so that the others keep their places', () => {
    const option = groupedBarsOption(bars, DARK) as { series: { type: string; data: unknown[] }[] };
    expect(option.series.filter(({ type }) => type === 'bar').map(({ data }) => data)).toEqual([
      [0.5, null],
      [0.8, 0.2],
    ]);
  });

  it('tells series of one hue apart by a pattern', () => {
    const option = groupedBarsOption(bars, LIGHT) as { series: { itemStyle?: { decal: unknown } }[] };
    expect(option.series[0]!.itemStyle!.decal).toBeUndefined();
    expect(option.series[1]!.itemStyle!.decal).toMatchObject({ symbol: 'rect' });
  });

  it('says in the tooltip what a bar is of', () => {
    const { tooltip } = groupedBarsOption(bars, LIGHT) as { tooltip: { formatter: (at: object) => string } };
    expect(tooltip.formatter({ seriesIndex: 1, dataIndex: 1 })).toBe(
      'second\nq: 0.200 (95 %: 0.000 to 1.000), step 5',
    );
    expect(tooltip.formatter({ seriesIndex: 0, dataIndex: 1 })).toBe('');
  });
});

it('groupedBarsCsv holds every bar with its interval and nothing for holes', () => {
  expect(groupedBarsCsv(bars).split('\r\n')).toEqual([
    'category,series,mean,low,high,copying,note',
    'p,first,0.5,0.4,0.6,0.25,',
    'p,second,0.8,,,,',
    'q,second,0.2,0,1,,step 5',
    '',
  ]);
});
