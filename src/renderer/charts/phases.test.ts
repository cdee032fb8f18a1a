import { expect, it } from 'vitest';
import type { PhaseCounts } from '../../core/metrics/records-analysis.ts';
import { echarts } from './echarts.ts';
import { PHASE_TEXT, phasesCsv, phaseSections, phasesOption, shareOf } from './phases.ts';
import { LIGHT } from './theme.ts';

const counts = (
  step: number,
  none: number,
  several: number,
  misplaced: number,
  right: number,
): PhaseCounts => ({
  step,
  section: 'overall',
  images: none + several + misplaced + right,
  counts: { none, several, misplaced, right },
});
type Drawn = { type: string; name: string; stack?: string; data: ([number, number] | number)[] };
const drawn = (all: PhaseCounts[], cursor: number | null = null) =>
  (phasesOption({ counts: all, cursor }, LIGHT) as { series: Drawn[] }).series;

it('stacks the four phases to 1 at each step, in order of steps', () => {
  const series = drawn([counts(100, 0, 1, 1, 2), counts(0, 7, 3, 0, 0)]).filter(({ stack }) => stack);
  expect(series.map(({ name }) => name)).toEqual(['right', 'misplaced', 'several', 'none']);
  for (const place of [0, 1]) {
    const column = series.map(({ data }) => data[place] as [number, number]);
    expect(column.map(([step]) => step)).toEqual(Array(4).fill([0, 100][place]));
    expect(column.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 12);
  }
});

it('takes the later of two evaluations of one step, and none without images', () => {
  const all = [counts(0, 1, 0, 0, 0), counts(10, 4, 0, 0, 0), counts(10, 0, 0, 0, 4), counts(20, 0, 0, 0, 0)];
  const [right] = drawn(all);
  expect(right!.data).toEqual([
    [0, 0],
    [10, 1],
  ]);
  expect(shareOf(all[3]!, 'right')).toBe(0);
});

it('draws a single step as one bar: an area of one point cannot be seen', () => {
  const series = drawn([counts(50, 1, 1, 1, 1)], 50);
  expect(series.map(({ type, data }) => [type, data])).toEqual(Array(4).fill(['bar', [0.25]]));
});

it('writes counts, not shares, of all sections', () => {
  const all = [counts(0, 1, 2, 3, 4), { ...counts(0, 0, 0, 0, 2), section: 'vertical' }];
  expect(phasesCsv(all)).toBe(
    'section,step,images,none,several,misplaced,right\r\noverall,0,10,1,2,3,4\r\nvertical,0,2,0,0,0,2\r\n',
  );
  expect(phaseSections(all)).toEqual(['overall', 'vertical']);
});

it('stacks when it is drawn: the topmost area begins at the top', () => {
  const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: 400, height: 200 });
  chart.setOption(phasesOption({ counts: [counts(0, 1, 1, 1, 1), counts(9, 1, 1, 1, 1)], cursor: 0 }, LIGHT));
  const top = chart.convertToPixel({ yAxisIndex: 0 }, 1);
  // 'none', the last in the stack, has its upper edge at 1: the areas are not laid over each other.
  const areas = [...chart.renderToSVGString().matchAll(/<path d="M[\d.]+ ([\d.]+)L[^"]*Z" fill="([^"]+)"/g)];
  const upper = (color: string) => areas.filter(([, , fill]) => fill === color).map(([, y]) => Number(y));
  expect(areas.length).toBeGreaterThanOrEqual(4);
  expect(upper(PHASE_TEXT.right.color)[0]).toBeGreaterThan(upper(PHASE_TEXT.misplaced.color)[0]!);
  expect(Math.min(...areas.map(([, y]) => Number(y)))).toBeCloseTo(top, 0);
  chart.dispose();
});
