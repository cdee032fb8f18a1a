import { describe, expect, it } from 'vitest';
import type { Curve } from '../../../charts/curves.ts';
import { echarts } from '../../../charts/echarts.ts';
import type { Point } from '../../../charts/smoothing.ts';
import { LIGHT } from '../../../charts/theme.ts';
import { comparedCurvesOption, tooltipText } from './curves-chart.ts';

const style = { color: '#0072b2', dash: 'solid', marker: 'circle' } as const;
const curve = (name: string, points: Point[], more: Partial<Curve> = {}): Curve => ({
  name,
  style,
  points,
  ...more,
});
const settings = { xName: 'step', yName: 'loss', xLog: false, faint: new Set<string>() };
interface Drawn {
  type: string;
  name: string;
  data: ArrayLike<number>;
  lineStyle: { opacity?: number };
}
const drawn = (curves: Curve[], more: object = {}) =>
  (comparedCurvesOption(curves, { ...settings, ...more }, LIGHT).series as Drawn[]).filter(
    ({ type, data }) => type === 'line' && data.length > 0,
  );

describe('comparedCurvesOption', () => {
  const points: Point[] = [
    [0, 5],
    [1, 4],
    [10, 3],
    [100, 2],
  ];

  it('is drawn by ECharts from packed points, at their places', () => {
    const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 600, height: 300 });
    chart.setOption(comparedCurvesOption([curve('a', points)], settings, LIGHT));
    const model = (
      chart as unknown as {
        getModel(): { getSeries(): { getData(): { count(): number; getValues(i: number): number[] } }[] };
      }
    ).getModel();
    const data = model.getSeries()[0]!.getData();
    expect(data.count()).toBe(4);
    expect(data.getValues(2)).toEqual([10, 3]);
    chart.dispose();
  });

  it('leaves out what a logarithmic x axis cannot show', () => {
    const [line] = drawn([curve('a', points)], { xLog: true });
    expect([...(line!.data as Float64Array)]).toEqual([1, 4, 10, 3, 100, 2]);
    expect(
      comparedCurvesOption([curve('a', points)], { ...settings, xLog: true }, LIGHT).xAxis,
    ).toMatchObject({ type: 'log' });
  });

  it('lets the curves that are not pointed at stand back, their measured values too', () => {
    const lines = drawn([curve('a', points), curve('b', points)], { faint: new Set(['a']), smoothing: 0.5 });
    const opacity = (name: string) => lines.find((line) => line.name === name)!.lineStyle.opacity ?? 1;
    expect(opacity('a')).toBeLessThan(0.2);
    expect(opacity('a (measured)')).toBeLessThan(0.2);
    expect(opacity('b')).toBe(1);
  });

  describe('with more points than can be drawn', () => {
    const long = (name: string, level: number) =>
      curve(
        name,
        Array.from({ length: 2000 }, (_, i): Point => [i, level + (i === 1234 ? 50 : Math.sin(i))]),
      );
    const many = Array.from({ length: 50 }, (_, i) => long(`r${i}`, i));

    it('draws fewer, and no peak is lost', () => {
      const lines = drawn(many);
      expect(lines).toHaveLength(50);
      expect(lines.reduce((sum, { data }) => sum + data.length / 2, 0)).toBeLessThanOrEqual(30_000);
      expect(Math.max(...Array.from(lines[7]!.data).filter((_, i) => i % 2 === 1))).toBe(57);
    });

    it('averages all points, not those that are drawn', () => {
      // A sine about its level: the average stays near the level, that of extremes alone would swing.
      const [line] = drawn(many, { smoothing: 0.99 });
      const values = Array.from(line!.data)
        .filter((_, i) => i % 2 === 1)
        .slice(-100);
      expect(Math.max(...values.map(Math.abs))).toBeLessThan(0.2);
    });

    it('takes the ends of the y axis from all points', () => {
      const few = comparedCurvesOption(many.slice(0, 2), { ...settings, outliers: 0.02 }, LIGHT).yAxis as {
        max: number;
      };
      const all = comparedCurvesOption(
        [...many.slice(0, 1), ...Array.from({ length: 49 }, () => many[1]!)],
        { ...settings, outliers: 0.02 },
        LIGHT,
      ).yAxis as { max: number };
      expect(all.max).toBeCloseTo(few.max, 10);
    });
  });
});

describe('tooltipText', () => {
  const item = (seriesName: string, y: number) => ({ seriesName, marker: '●', value: [3, y] });

  it('has the greatest first and says how many more there are', () => {
    const text = tooltipText(
      Array.from({ length: 20 }, (_, i) => item(`r${i}`, i)),
      { xName: 'step' },
    );
    expect(text.split('\n').slice(0, 2)).toEqual(['step: 3', '● r19: 19']);
    expect(text.split('\n').at(-1)).toBe('and 6 more');
  });

  it('passes over gaps', () => {
    expect(tooltipText([item('a', NaN), item('b', 1)], { xName: 'step' })).toBe('step: 3\n● b: 1');
    expect(tooltipText([item('a', NaN)], { xName: 'step' })).toBe('');
  });
});
