import type { DrawingApi, Interval } from './band.ts';
import { toCsv } from './csv.ts';
import { shortNumber, type CurveStyle } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { clipRange, logTicks } from './smoothing.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** A mean at one place, with its interval. */
export interface TrendMark extends Interval {
  readonly x: number;
  /** What stands below its numbers in the tooltip: how many runs it is the mean of. */
  readonly note: string;
}

/** One run's value. */
export interface TrendDot extends Interval {
  readonly name: string;
  readonly x: number;
  readonly note: string;
  readonly faint?: boolean;
}

/** Where a curve passes the level; an end beyond what was measured is null. */
export interface TrendCrossing {
  readonly x: number;
  readonly interval: { readonly low: number | null; readonly high: number | null } | null;
}

export interface TrendLine {
  readonly name: string;
  readonly style: CurveStyle;
  readonly marks: readonly TrendMark[];
  readonly dots: readonly TrendDot[];
  readonly crossing: TrendCrossing | null;
  /** A power law drawn through the marks: y = factor · x^slope. */
  readonly law: { readonly slope: number; readonly factor: number } | null;
}

export interface TrendChart {
  /** Titles of the axes, with units. */
  readonly xName: string;
  readonly yName: string;
  readonly xLog: boolean;
  readonly yLog: boolean;
  /** Accuracies lie between 0 and 1; null leaves the ends to the data. Linear axes only. */
  readonly yRange: readonly [number, number] | null;
  /** A dashed line across, with its name. */
  readonly level: { readonly value: number; readonly name: string } | null;
  readonly lines: readonly TrendLine[];
}

const MOST_MARKED = 8;

/** Runs as small marks, means as a line with its band, and where the means pass a level. */
export function trendOption(chart: TrendChart, theme: ChartTheme): EChartsOption {
  const { lines, level, xLog, yLog } = chart;
  const legend = lines.length > 1;
  const places = [...new Set(xValues(lines))];
  // The few places of a sweep are marked themselves, where powers of ten would say little.
  const fewPlaces = places.length <= MOST_MARKED ? places : undefined;
  return {
    animation: false, // marks are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: { left: 68, right: 22, top: legend ? 34 : 14, bottom: 48, containLabel: false },
    legend: {
      show: legend,
      type: 'scroll',
      top: 0,
      left: 56,
      right: 8,
      itemWidth: 22,
      textStyle: { color: theme.ink, fontSize: 12 },
      pageTextStyle: { color: theme.muted },
      data: lines.map(({ name }) => name),
    },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ data }: { data: { text: string } }) => data.text,
    }),
    xAxis: valueAxis(chart.xName, xLog, null, places, theme, 28, fewPlaces),
    yAxis: valueAxis(chart.yName, yLog, chart.yRange, yValues(lines, level), theme, 52),
    series: [
      // Means first: the legend draws its signs from the first series of each name.
      ...lines.map((line) => meanSeries(line, chart)),
      ...lines.flatMap((line, i) => bandSeries(line, i)),
      ...lines.map((line) => dotSeries(line, chart, theme)),
      ...lines.flatMap((line) => lawSeries(line)),
      ...(level === null ? [] : lines.flatMap((line) => crossingSeries(line, level.value))),
      ...(level === null ? [] : [levelSeries(level, theme)]),
    ],
  } as EChartsOption;
}

/** Every run, mean and crossing that is drawn, in rows of one kind after the other. */
export function trendCsv({ lines, level, xName, yName }: TrendChart): string {
  const rows = lines.flatMap(({ name, dots, marks, crossing }) => [
    ...dots.map((dot) => ['run', name, dot.name, dot.x, dot.mean, dot.low, dot.high, dot.note]),
    ...marks.map((mark) => ['mean', name, null, mark.x, mark.mean, mark.low, mark.high, mark.note]),
    ...(level === null || crossing === null
      ? []
      : [['crossing', name, null, crossing.x, level.value, null, null, crossingText(crossing)]]),
  ]);
  return toCsv(
    ['what', 'curve', 'run', xName, yName, 'low', 'high', 'note'],
    rows as (string | number | null)[][],
  );
}

/** The interval of a crossing as text, with open ends. */
export function crossingText({ interval }: Pick<TrendCrossing, 'interval'>): string {
  if (interval === null) return 'no interval: one seed';
  const [low, high] = [interval.low, interval.high].map((end) => (end === null ? null : shortNumber(end)));
  if (low === null && high === null) return '95 %: beyond both ends of what was measured';
  if (low === null) return `95 %: up to ${high}, from below what was measured`;
  return high === null ? `95 %: from ${low} to beyond what was measured` : `95 %: ${low} to ${high}`;
}

function valueAxis(
  name: string,
  log: boolean,
  fixed: readonly [number, number] | null,
  values: readonly number[],
  theme: ChartTheme,
  nameGap: number,
  ticks?: readonly number[],
): object {
  // A logarithmic axis left to itself marks powers of ten only, of which there may be none.
  const range = (log ? null : fixed) ?? clipRange([values], 0, log);
  const marks = { customValues: log && range ? (ticks ?? logTicks(range)) : undefined };
  return {
    type: log ? 'log' : 'value',
    scale: true,
    min: range?.[0],
    max: range?.[1],
    ...axis(theme, name, {
      nameGap,
      axisLine: { onZero: false, lineStyle: { color: theme.line } },
      axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: shortNumber, ...marks },
      axisTick: { lineStyle: { color: theme.line }, ...marks },
    }),
  };
}

function xValues(lines: readonly TrendLine[]): number[] {
  return lines.flatMap(({ marks, dots }) => [...marks, ...dots].map(({ x }) => x));
}

/** Bands of two or three seeds reach far beyond any value: the axis is that of what was measured. */
function yValues(lines: readonly TrendLine[], level: TrendChart['level']): number[] {
  const values = lines.flatMap(({ marks, dots }) => [...marks, ...dots].map(({ mean }) => mean));
  return level === null ? values : [...values, level.value];
}

function meanSeries({ name, style, marks }: TrendLine, { xName, yName }: TrendChart): object {
  return {
    type: 'line',
    name,
    color: style.color,
    lineStyle: { width: 2, type: style.dash },
    symbol: style.marker,
    symbolSize: 9,
    showSymbol: true,
    data: marks.map(({ x, mean, low, high, note }) => ({
      value: [x, mean],
      text: `${name}\n${xName}: ${shortNumber(x)}\n${yName}: ${shortNumber(mean)}${intervalText(low, high)}\n${note}`,
    })),
    emphasis: { disabled: true },
    z: 4,
  };
}

function dotSeries(
  { name, style, dots }: TrendLine,
  { xName, yName }: TrendChart,
  theme: ChartTheme,
): object {
  return {
    type: 'scatter',
    name,
    color: style.color,
    symbol: style.marker,
    symbolSize: 6,
    data: dots.map((dot) => ({
      value: [dot.x, dot.mean],
      itemStyle: {
        color: theme.paper,
        borderColor: style.color,
        borderWidth: 1.5,
        opacity: dot.faint ? 0.2 : 0.9,
      },
      text:
        `${dot.name}\n${xName}: ${shortNumber(dot.x)}\n` +
        `${yName}: ${shortNumber(dot.mean)}${intervalText(dot.low, dot.high)}\n${dot.note}`,
    })),
    z: 3,
  };
}

function intervalText(low: number | null, high: number | null): string {
  return low === null || high === null ? '' : ` (95 %: ${shortNumber(low)} to ${shortNumber(high)})`;
}

/** Intervals about the means: one polygon for each stretch that has them, a whisker where only one mean does. */
function bandSeries({ name, style, marks }: TrendLine, place: number): object[] {
  const stretches: TrendMark[][] = [[]];
  for (const mark of marks) {
    if (mark.low === null || mark.high === null) stretches.push([]);
    else stretches.at(-1)!.push(mark);
  }
  return stretches
    .filter((stretch) => stretch.length > 0)
    .map((stretch, i) => ({
      type: 'custom',
      name, // the legend switches it with the means
      color: style.color,
      data: [[stretch[0]!.x, stretch[0]!.mean]],
      silent: true,
      clip: true,
      animation: false,
      tooltip: { show: false },
      z: 1,
      renderItem: ({ coordSys }: { coordSys: Box }, api: DrawingApi) => {
        // A logarithmic axis has no place for what is not positive: such an end lies below the chart.
        const at = (x: number, y: number): [number, number] => {
          const [px, py] = api.coord([x, y]);
          return [px, Number.isFinite(py) ? py : coordSys.y + coordSys.height];
        };
        const upper = stretch.map(({ x, high }) => at(x, high!));
        const lower = stretch.map(({ x, low }) => at(x, low!));
        if (stretch.length === 1)
          return segment(lower[0]!, upper[0]!, style.color, { lineWidth: 4, opacity: 0.3 });
        return {
          type: 'polygon',
          id: `band${place}-${i}`,
          shape: { points: [...upper, ...lower.reverse()] },
          style: { fill: style.color, opacity: 0.15 },
        };
      },
    }));
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A power law is a straight line where both axes are logarithmic. */
function lawSeries({ name, style, marks, law }: TrendLine): object[] {
  if (law === null || marks.length < 2) return [];
  return [
    {
      type: 'line',
      name,
      color: style.color,
      data: [marks[0]!.x, marks.at(-1)!.x].map((x) => [x, law.factor * x ** law.slope]),
      lineStyle: { width: 1, type: 'dotted' },
      showSymbol: false,
      silent: true,
      tooltip: { show: false },
      z: 2,
    },
  ];
}

/** On the level: a bar over the interval, and from the crossing itself a line down to the axis. */
function crossingSeries({ name, style, crossing }: TrendLine, level: number): object[] {
  if (crossing === null) return [];
  return [
    {
      type: 'custom',
      name,
      color: style.color,
      data: [[crossing.x, level]],
      silent: true,
      clip: true,
      animation: false,
      tooltip: { show: false },
      z: 5,
      renderItem: ({ coordSys }: { coordSys: Box }, api: DrawingApi) => {
        const [x, y] = api.coord([crossing.x, level]);
        const children: object[] = [
          segment([x, y], [x, coordSys.y + coordSys.height], style.color, { lineWidth: 1, lineDash: [3, 3] }),
          {
            type: 'polygon',
            shape: { points: diamond(x, y, 6) },
            style: { fill: style.color },
          },
        ];
        if (crossing.interval !== null) {
          const { low, high } = crossing.interval;
          const from = low === null ? coordSys.x : api.coord([low, level])[0];
          const to = high === null ? coordSys.x + coordSys.width : api.coord([high, level])[0];
          children.push(segment([from, y], [to, y], style.color, { lineWidth: 4, opacity: 0.55 }));
        }
        return { type: 'group', children };
      },
    },
  ];
}

function levelSeries({ value, name }: { value: number; name: string }, theme: ChartTheme): object {
  return {
    type: 'line',
    name: 'level',
    data: [],
    silent: true,
    tooltip: { show: false },
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: {
        show: true,
        position: 'insideStartTop',
        formatter: name,
        color: theme.muted,
        fontSize: 11,
        backgroundColor: theme.paper,
        borderRadius: 3,
        padding: [1, 4],
      },
      lineStyle: { color: theme.muted, width: 1, type: 'dashed', opacity: 0.8 },
      data: [{ yAxis: value }],
    },
  };
}

function diamond(x: number, y: number, half: number): [number, number][] {
  return [
    [x, y - half],
    [x + half, y],
    [x, y + half],
    [x - half, y],
  ];
}

function segment(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  stroke: string,
  style: object,
): object {
  return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke, fill: 'none', ...style } };
}
