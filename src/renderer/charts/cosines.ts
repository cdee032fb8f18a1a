import type {
  CosineStatistics,
  FactorizationResult,
  FactorizationTest,
} from '../../core/metrics/records-analysis.ts';
import { toCsv } from './csv.ts';
import { shortNumber } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** The cosines of one test, for several shapes over each other. */
export interface Cosines {
  readonly series: readonly CosineSeries[];
  /** The whole height of every histogram; else far taller ones than the model's are cut, and say how tall they are. */
  readonly fullHeight: boolean;
}

export interface CosineSeries {
  /** Unique. */
  readonly name: string;
  readonly style: CosineStyle;
  readonly cosines: CosineStatistics;
  /** Filled; the axis holds all of it. */
  readonly measured: boolean;
}

export interface CosineStyle {
  readonly color: string;
  readonly dash: 'solid' | 'dashed' | 'dotted';
}

export type TestResult = FactorizationResult['tests'][number];
export type IdealShape = 'clifford' | 'torusX' | 'torusY';

/** The shapes that representations are held against: names, and colours (Okabe, Ito) with a dash each. */
export const IDEALS: readonly {
  readonly key: IdealShape;
  readonly name: string;
  readonly style: CosineStyle;
}[] = [
  { key: 'clifford', name: 'Clifford', style: { color: '#009e73', dash: 'solid' } },
  { key: 'torusX', name: '3D, x around', style: { color: '#d55e00', dash: 'dashed' } },
  { key: 'torusY', name: '3D, y around', style: { color: '#cc79a7', dash: 'dotted' } },
];

/** What each test compares, as one title and one sentence. */
export const TEST_TEXT: Readonly<Record<FactorizationTest, { title: string; sentence: string }>> = {
  'orthogonality-xy': {
    title: 'x on y: orthogonality',
    sentence: 'A step along x against a step along y from the same label.',
  },
  'parallelism-x': {
    title: 'x across y: parallelism',
    sentence: 'The same step along x, at two values of y.',
  },
  'parallelism-y': {
    title: 'y across x: parallelism',
    sentence: 'The same step along y, at two values of x.',
  },
  'orthogonality-xx': {
    title: 'x on x: orthogonality',
    sentence: 'Differences over two disjoint pairs of x values, at one y.',
  },
  'orthogonality-yy': {
    title: 'y on y: orthogonality',
    sentence: 'Differences over two disjoint pairs of y values, at one x.',
  },
  'steps-xx': {
    title: 'x on x: equal steps',
    sentence: 'Steps of the same size along x, from two values of x.',
  },
  'steps-yy': {
    title: 'y on y: equal steps',
    sentence: 'Steps of the same size along y, from two values of y.',
  },
};

/** The model's cosines over those of the three ideals. */
export function testSeries(test: TestResult, model: { name: string; style: CosineStyle }): CosineSeries[] {
  return [
    { ...model, cosines: test.model, measured: true },
    ...IDEALS.map(({ key, name, style }) => ({ name, style, cosines: test[key], measured: false })),
  ];
}

/** Histograms over equal bins of [−1, 1] as shares of the cosines counted, with the means marked. */
export function cosinesOption({ series, fullHeight }: Cosines, theme: ChartTheme): EChartsOption {
  const top = axisTop(series, fullHeight);
  const filled = series.filter(({ measured }) => measured).length;
  return {
    animation: false, // marks are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: { left: 62, right: 14, top: 50, bottom: 42, outerBoundsMode: 'none' },
    legend: {
      top: 0,
      left: 0,
      right: 0,
      itemWidth: 18,
      itemHeight: 10,
      itemGap: 8,
      textStyle: { color: theme.ink, fontSize: 11 },
      data: series.map(({ name }) => name),
    },
    tooltip: tooltip(theme, {
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: theme.muted, type: 'dotted' } },
      formatter: (points: { axisValue: number }[]) => binText(series, points[0]?.axisValue ?? 0),
    }),
    xAxis: {
      type: 'value',
      min: -1,
      max: 1,
      ...axis(theme, 'cosine', { nameGap: 24, splitLine: { show: false }, axisLine: { onZero: false } }),
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: top,
      ...axis(theme, 'share of the cosines', {
        nameGap: 38,
        axisLine: { onZero: false },
        axisLabel: {
          color: theme.muted,
          fontSize: 11,
          hideOverlap: true,
          showMaxLabel: false,
          formatter: (value: number) => percent(value),
        },
      }),
    },
    series: [
      ...series.map((one) => histogramSeries(one, FILL / Math.max(1, filled))),
      cutSeries(series, top, theme),
    ],
  } as EChartsOption;
}

/** One row for each bin and shape. */
export function cosinesCsv(tests: readonly { name: string; series: readonly CosineSeries[] }[]): string {
  return toCsv(
    ['test', 'shape', 'from', 'to', 'count', 'share', 'mean', 'sd', 'cosines', 'excluded'],
    tests.flatMap(({ name: test, series }) =>
      series.flatMap(({ name, cosines }) => {
        const { histogram, mean, sd, count, excluded } = cosines;
        const shares = sharesOf(cosines);
        return histogram.map((n, i) => [
          test,
          name,
          edge(i, histogram.length),
          edge(i + 1, histogram.length),
          n,
          shares[i]!,
          mean,
          sd,
          count,
          excluded,
        ]);
      }),
    ),
  );
}

/** Share of the cosines in each bin; all zero where there are none. */
export function sharesOf({ histogram }: CosineStatistics): number[] {
  const total = histogram.reduce((sum, n) => sum + n, 0);
  return histogram.map((n) => (total === 0 ? 0 : n / total));
}

/** Ideals so many times as tall as the model are cut. */
const CUT = 5;

/**
 * Where the axis ends. Ideal shapes have tests whose cosines are all equal: drawn whole, that one bin would press the
 * model's histogram flat.
 */
function axisTop(series: readonly CosineSeries[], fullHeight: boolean): number {
  const highest = (of: readonly CosineSeries[]): number =>
    Math.max(0, ...of.flatMap(({ cosines }) => sharesOf(cosines)));
  const whole = highest(series);
  const measured = highest(series.filter((one) => one.measured));
  if (fullHeight || whole < CUT * measured || measured === 0) return whole === 0 ? 1 : whole * 1.08;
  return measured * 1.5;
}

/** Opacity of a filled histogram that stands alone; several share it. */
const FILL = 0.35;

function histogramSeries({ name, style, cosines, measured }: CosineSeries, opacity: number): object {
  const shares = sharesOf(cosines);
  const bins = shares.length;
  return {
    type: 'line',
    name,
    // Each bin begins at its point; the last point closes the last bin.
    step: 'end',
    data: [...shares.map((share, i) => [edge(i, bins), share]), [1, shares.at(-1) ?? 0]],
    color: style.color,
    showSymbol: false,
    lineStyle: { width: measured ? 1 : 1.75, type: style.dash },
    ...(measured ? { areaStyle: { color: style.color, opacity } } : {}),
    emphasis: { disabled: true },
    z: measured ? 2 : 3,
    markLine: {
      silent: true,
      symbol: ['none', 'triangle'],
      symbolSize: 7,
      animation: false,
      label: { show: false },
      lineStyle: { color: style.color, width: measured ? 2.5 : 1.5, type: style.dash, opacity: 0.9 },
      data: cosines.mean === null ? [] : [{ xAxis: cosines.mean }],
    },
  };
}

/** Of the axis from −1 to 1, for one label. */
const LABEL_ROOM = 0.6;

/** Marks the bins that do not fit, and says how tall the tallest of each place is. */
function cutSeries(series: readonly CosineSeries[], top: number, theme: ChartTheme): object {
  const tallest = new Map<number, number>();
  for (const { cosines } of series) {
    sharesOf(cosines).forEach((share, i, { length }) => {
      const at = edge(i + 0.5, length);
      if (share > top) tallest.set(at, Math.max(share, tallest.get(at) ?? 0));
    });
  }
  // The tallest first, and none beside it: they would write over each other.
  const labelled = new Set<number>();
  for (const [at] of [...tallest].sort(([, a], [, b]) => b - a)) {
    if ([...labelled].every((other) => Math.abs(other - at) > LABEL_ROOM)) labelled.add(at);
  }
  return {
    type: 'scatter',
    silent: true,
    tooltip: { show: false },
    color: theme.ink,
    symbol: 'triangle',
    symbolSize: 7,
    z: 5,
    data: [...tallest].map(([at, share]) => ({
      value: [at, top],
      symbolOffset: [0, 4],
      label: {
        show: labelled.has(at),
        // Above the chart, clear of the marks of the means, and within its sides.
        position: 'top',
        distance: 6,
        align: at > 0.7 ? 'right' : at < -0.7 ? 'left' : 'center',
        offset: at > 0.7 ? [12, 0] : at < -0.7 ? [-12, 0] : [0, 0],
        formatter: `${percent(share)} ↑`,
        color: theme.ink,
        fontSize: 11,
        textBorderColor: theme.paper,
        textBorderWidth: 3,
      },
    })),
  };
}

function binText(series: readonly CosineSeries[], cosine: number): string {
  const bins = series[0]?.cosines.histogram.length ?? 1;
  const bin = Math.min(bins - 1, Math.max(0, Math.floor(((cosine + 1) / 2) * bins + 1e-9)));
  const lines = series.map(({ name, cosines }) => {
    const { mean } = cosines;
    return `${name}: ${percent(sharesOf(cosines)[bin] ?? 0)} (mean ${mean === null ? '–' : mean.toFixed(3)})`;
  });
  return [`cosine ${shortNumber(edge(bin, bins))} to ${shortNumber(edge(bin + 1, bins))}`, ...lines].join(
    '\n',
  );
}

function edge(i: number, bins: number): number {
  return Math.round((-1 + (2 * i) / bins) * 1e9) / 1e9;
}

function percent(share: number): string {
  const value = 100 * share;
  return `${value !== 0 && value < 10 ? shortNumber(Number(value.toPrecision(2))) : Math.round(value)} %`;
}
