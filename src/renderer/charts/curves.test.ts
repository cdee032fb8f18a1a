import { describe, expect, it } from 'vitest';
import { curvesCsv, curvesOption, shortNumber, type Curve } from './curves.ts';
import { echarts } from './echarts.ts';
import { DARK, LIGHT } from './theme.ts';

const style = { color: '#0072b2', dash: 'dashed', marker: 'rect' } as const;
const curve: Curve = {
  name: 'loss',
  style,
  points: [
    [1, 1],
    [2, 0.5],
    [3, 0.25],
  ],
  band: [
    [1, 0.9, 1.1],
    [3, 0.2, 0.3],
  ],
};
const names = { xName: 'training step', yName: 'loss' };

type Drawn = { name: string; type: string; data: unknown[]; markLine?: { data: unknown[] } };
const seriesOf = (settings: object, curves = [curve]) =>
  curvesOption(curves, { ...names, ...settings }, LIGHT).series as Drawn[];

/** As drawn by ECharts itself, without a screen. */
function svg(settings: object, curves = [curve]): string {
  const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 600, height: 300 });
  chart.setOption(curvesOption(curves, { ...names, ...settings }, DARK));
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

describe('curvesOption', () => {
  it('draws in the style that the run has everywhere', () => {
    const line = seriesOf({}).find((s) => s.type === 'line' && s.name === 'loss');
    expect(line).toMatchObject({ color: style.color, symbol: 'rect', lineStyle: { type: 'dashed' } });
  });

  it('keeps what was measured behind its average, out of the tooltip', () => {
    const drawn = seriesOf({ smoothing: 0.6 });
    const [average, measured] = [
      drawn.find((s) => s.type === 'line' && s.name === 'loss')!,
      drawn.find((s) => s.name === 'loss (measured)')!,
    ];
    expect(measured.data).toEqual(curve.points);
    expect(measured).toMatchObject({ tooltip: { show: false } });
    expect(average.data).not.toEqual(curve.points);
    expect(seriesOf({}).some((s) => s.name.includes('measured'))).toBe(false);
  });

  it('marks the step of the cursor, step 0 too, and nothing when there is none', () => {
    const at = (cursor: number | null) =>
      seriesOf({ cursor }).find((s) => s.name === 'step cursor')!.markLine!.data;
    expect(at(0)).toEqual([{ xAxis: 0 }]);
    expect(at(null)).toEqual([]);
  });

  it('turns the y axis to logarithms and leaves gaps where there is none', () => {
    const option = curvesOption([{ ...curve, points: [[1, 0]] }], { ...names, log: true }, LIGHT);
    expect(option.yAxis).toMatchObject({ type: 'log' });
    expect((option.series as Drawn[]).find((s) => s.type === 'line')!.data).toEqual([[1, NaN]]);
  });

  it('has titles on both axes', () => {
    const option = curvesOption([curve], names, LIGHT);
    expect(option.xAxis).toMatchObject({ name: 'training step' });
    expect(option.yAxis).toMatchObject({ name: 'loss' });
  });

  it('is drawn by ECharts with its band, references and cursor, without markup that the policy forbids', () => {
    const text = svg({ cursor: 2, references: [{ name: 'chance', value: 0.4 }], yMin: 0, yMax: 1.2 });
    expect(text).toContain('chance');
    expect(text).toContain('fill="#0072b2"'); // the band
    expect(text).not.toContain('NaN');
  });

  it('is drawn on logarithmic axes and without any data', () => {
    expect(svg({ log: true })).not.toContain('NaN');
    expect(svg({}, [])).toContain('<svg');
  });
});

describe('curvesCsv', () => {
  it('has each point as measured, its interval where it has one, and the average beside it', () => {
    const lines = curvesCsv([curve], { ...names, smoothing: 0.5 })
      .trimEnd()
      .split('\r\n');
    expect(lines[0]).toBe('curve,training step,loss,smoothed,low,high');
    expect(lines[1]).toBe('loss,1,1,1,0.9,1.1');
    expect(lines[2]!.startsWith('loss,2,0.5,')).toBe(true);
    expect(lines[2]!.endsWith(',,')).toBe(true);
    expect(lines).toHaveLength(4);
  });
});

it('writes numbers that fit beside an axis', () => {
  expect([0, 0.25, 1234.5678, 0.00012, 25_000_000].map(shortNumber)).toEqual([
    '0',
    '0.25',
    '1,235',
    '1.2e-4',
    '2.5e+7',
  ]);
});
