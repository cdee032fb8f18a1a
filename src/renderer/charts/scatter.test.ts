import { describe, expect, it } from 'vitest';
import { echarts } from './echarts.ts';
import { leftOut, scatterCsv, scatterOption, type Scatter } from './scatter.ts';
import { LIGHT } from './theme.ts';

const style = { color: '#0072b2', dash: 'solid', marker: 'diamond' } as const;
const plot: Scatter = {
  x: { name: 'rate', numeric: true, log: true },
  y: { name: 'accuracy', numeric: true, log: false },
  series: [
    {
      name: 'runs',
      style,
      points: [
        { name: 'a', x: 0.001, y: 0.5 },
        { name: 'b', x: 0, y: 0.6 },
        { name: 'c', x: 0.01, y: null },
        { name: 'd', x: 0.01, y: 0, faint: true },
      ],
    },
  ],
};
type Drawn = { symbol: string; data: { name: string; value: unknown[]; itemStyle: { opacity: number } }[] };
const drawn = (data: Scatter) =>
  (scatterOption(data, LIGHT).series as Drawn[]).flatMap((series) => series.data);

describe('scatterOption', () => {
  it('draws what an axis can show and counts the rest', () => {
    expect(drawn(plot).map(({ name }) => name)).toEqual(['a', 'd']);
    expect(leftOut(plot)).toBe(2);
    const linear = { ...plot, x: { ...plot.x, log: false } };
    expect(drawn(linear).map(({ name }) => name)).toEqual(['a', 'b', 'd']);
    expect(leftOut(linear)).toBe(1);
  });

  it('puts names on an axis in order of appearance, never by number', () => {
    const points = [
      { name: 'a', x: '[8,16]', y: 1 },
      { name: 'b', x: 'silu', y: 2 },
      { name: 'c', x: '[8,16]', y: 3 },
      { name: 'd', x: 1, y: 4 },
    ];
    const option = scatterOption(
      { ...plot, x: { name: 'widths', numeric: false, log: true }, series: [{ name: 's', style, points }] },
      LIGHT,
    );
    expect(option.xAxis).toMatchObject({ type: 'category', data: ['[8,16]', 'silu', '1'] });
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 500, height: 300 });
    chart.setOption(option);
    const at = (value: string) => chart.convertToPixel({ xAxisIndex: 0 }, value) as number;
    expect(at('silu')).toBeGreaterThan(at('[8,16]'));
    expect(at('1')).toBeGreaterThan(at('silu'));
    chart.dispose();
  });

  it('draws in the style that the run has everywhere, faint when it is not among the chosen', () => {
    expect((scatterOption(plot, LIGHT).series as Drawn[])[0]!.symbol).toBe('diamond');
    const [a, d] = drawn(plot);
    expect(d!.itemStyle.opacity).toBeLessThan(a!.itemStyle.opacity);
  });

  it('shows the run and both values under the pointer', () => {
    const { tooltip } = scatterOption(plot, LIGHT) as { tooltip: { formatter: (at: object) => string } };
    expect(tooltip.formatter({ data: drawn(plot)[0] })).toBe('a\nrate: 0.001\naccuracy: 0.5');
  });
});

it('scatterCsv holds the points that could not be drawn too', () => {
  expect(scatterCsv(plot).trimEnd().split('\r\n')).toEqual([
    'run,series,rate,accuracy',
    'a,runs,0.001,0.5',
    'b,runs,0,0.6',
    'c,runs,0.01,',
    'd,runs,0.01,0',
  ]);
});
