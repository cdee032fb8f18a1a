import { describe, expect, it } from 'vitest';
import { echarts } from './echarts.ts';
import { DARK } from './theme.ts';
import { trendOption, type TrendChart } from './trend.ts';

const style = { color: '#0072b2', dash: 'dashed', marker: 'rect' } as const;
const chart: TrendChart = {
  ...{ xName: 'λ', yName: 'accuracy', xLog: true, yLog: false, yRange: [0, 1] },
  level: { value: 0.6, name: '60 %' },
  lines: [
    {
      name: 'bumps',
      style,
      marks: [
        { x: 0.02, mean: 0.2, low: 0.1, high: 0.3, note: 'mean of 3 runs' },
        { x: 0.1, mean: 0.5, low: null, high: null, note: 'one run' },
        { x: 0.5, mean: 0.9, low: 0.8, high: 1.2, note: 'mean of 3 runs' },
      ],
      dots: [{ name: 'run 1', x: 0.02, mean: 0.25, low: 0.2, high: 0.3, note: 'step 40', faint: true }],
      crossing: { x: 0.15, interval: { low: 0.12, high: null } },
      law: null,
    },
  ],
};

/** As drawn by ECharts itself, without a screen. */
function drawn(change: Partial<TrendChart> = {}) {
  const made = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 600, height: 300 });
  made.setOption(trendOption({ ...chart, ...change }, DARK));
  const svg = made.renderToSVGString();
  const at = (x: number, y: number) => made.convertToPixel({ gridIndex: 0 }, [x, y]);
  return { svg, at, end: () => made.dispose() };
}
type Series = { type: string; name: string; data: { value: number[]; text: string }[] };
const seriesOf = (type: string, change: Partial<TrendChart> = {}) =>
  (trendOption({ ...chart, ...change }, DARK).series as Series[]).filter((one) => one.type === type);

describe('trendOption', () => {
  it('draws means, runs, intervals and the crossing at their places', () => {
    const { svg, at, end } = drawn();
    // The line down from the crossing, and the bar on the level from 0.12 to the chart's open right side.
    const [x, y] = at(0.15, 0.6) as [number, number];
    const [from] = at(0.12, 0.6) as [number, number];
    expect(lines(svg).some(([x1, y1, x2]) => near(x1, x) && near(x2, x) && near(y1, y))).toBe(true);
    expect(lines(svg).some(([x1, y1, x2]) => near(x1, from) && near(y1, y) && near(x2, 600 - 22))).toBe(true);
    expect(svg).toContain('60 %');
    end();
  });

  it('marks the few places of a sweep on a logarithmic axis, and the whole range of accuracy', () => {
    expect(trendOption(chart, DARK)).toMatchObject({
      xAxis: { type: 'log', axisLabel: { customValues: [0.02, 0.1, 0.5] } },
      yAxis: { type: 'value', min: 0, max: 1 },
    });
    const many = Array.from({ length: 9 }, (_, i) => ({ ...chart.lines[0]!.marks[0]!, x: 2 ** i }));
    const option = trendOption({ ...chart, lines: [{ ...chart.lines[0]!, marks: many, dots: [] }] }, DARK);
    expect(option).toMatchObject({ xAxis: { axisLabel: { customValues: [1, 2, 5, 10, 20, 50, 100, 200] } } });
  });

  it('never joins intervals across a mean that has none', () => {
    expect(seriesOf('custom')).toHaveLength(3); // two stretches and the crossing
    const whole = chart.lines[0]!.marks.map((mark) => ({ ...mark, low: 0.1, high: 0.9 }));
    expect(seriesOf('custom', { lines: [{ ...chart.lines[0]!, marks: whole }] })).toHaveLength(2);
  });

  it('says in the tooltip what a mark is, with its interval', () => {
    const [means] = seriesOf('line');
    expect(means!.data.map(({ text }) => text)).toEqual([
      'bumps\nλ: 0.02\naccuracy: 0.2 (95 %: 0.1 to 0.3)\nmean of 3 runs',
      'bumps\nλ: 0.1\naccuracy: 0.5\none run',
      'bumps\nλ: 0.5\naccuracy: 0.9 (95 %: 0.8 to 1.2)\nmean of 3 runs',
    ]);
    expect(seriesOf('scatter')[0]!.data[0]!.text).toBe(
      'run 1\nλ: 0.02\naccuracy: 0.25 (95 %: 0.2 to 0.3)\nstep 40',
    );
  });

  it('draws a power law as one straight line over logarithmic axes, and bears ends that have no logarithm', () => {
    const law = { slope: 2, factor: 3 };
    const marks = [1, 2, 4].map((x) => ({ x, mean: 3 * x ** 2, low: -1, high: 4 * x ** 2, note: '' }));
    const change = {
      yLog: true,
      yRange: null,
      level: null,
      lines: [{ ...chart.lines[0]!, marks, dots: [], law }],
    };
    const { svg, end } = drawn(change);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(seriesOf('line', change)[1]!.data).toEqual([
      [1, 3],
      [4, 48],
    ]);
    end();
  });

  it('draws nothing of a chart without points, and does not fail', () => {
    const { svg, end } = drawn({ lines: [{ ...chart.lines[0]!, marks: [], dots: [], crossing: null }] });
    expect(svg).not.toMatch(/NaN/);
    end();
  });
});

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1;

/** Straight lines of a picture: x and y of both ends. */
function lines(svg: string): [number, number, number, number][] {
  return [...svg.matchAll(/d="M(-?[\d.]+) (-?[\d.]+)L(-?[\d.]+) (-?[\d.]+)"/g)].map(
    (m) => m.slice(1, 5).map(Number) as [number, number, number, number],
  );
}
