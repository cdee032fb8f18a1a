import { BAR_LAYOUT, barWhiskers, type Interval } from './band.ts';
import { toCsv } from './csv.ts';
import type { CurveStyle } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** Bars in groups: one group for each category, in it one bar for each series, with whiskers. */
export interface GroupedBars {
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** Axis title, with unit. */
  readonly yName: string;
  /** What the ticks over the bars stand for. */
  readonly referenceName?: string;
  readonly yMax?: number;
}

export interface BarSeries {
  /** Unique. */
  readonly name: string;
  readonly style: CurveStyle;
  /** By category; null draws no bar. */
  readonly values: readonly (BarValue | null)[];
  readonly faint?: boolean;
}

export interface BarValue extends Interval {
  readonly reference?: number;
  /** Stands in the tooltip behind the value. */
  readonly note?: string;
}

/** Names of more categories are set aslant, since they would run into each other. */
const FEW = 4;

export function groupedBarsOption(
  { categories, series, yName, yMax }: GroupedBars,
  theme: ChartTheme,
): EChartsOption {
  const many = series.length > 1;
  return {
    animation: false, // marks are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: {
      left: 56,
      right: 12,
      top: many ? 34 : 14,
      bottom: categories.length > FEW ? 50 : 30,
      containLabel: false,
    },
    legend: {
      show: many,
      type: 'scroll',
      top: 0,
      left: 40,
      right: 8,
      itemWidth: 16,
      itemHeight: 10,
      textStyle: { color: theme.ink, fontSize: 12 },
      pageTextStyle: { color: theme.muted },
      data: series.map(({ name }) => name),
    },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ seriesIndex, dataIndex }: { seriesIndex: number; dataIndex: number }) => {
        const shown = series[seriesIndex];
        const value = shown?.values[dataIndex];
        return shown && value ? `${shown.name}\n${categories[dataIndex]}: ${barText(value)}` : '';
      },
    }),
    xAxis: {
      type: 'category',
      data: [...categories],
      ...axis(theme, '', {
        axisLabel: {
          rotate: categories.length > FEW ? 20 : 0,
          color: theme.ink,
          fontSize: 11,
          interval: 0,
          width: 110,
          overflow: 'truncate',
          hideOverlap: false,
        },
      }),
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...(yMax === undefined ? {} : { max: yMax }),
      ...axis(theme, yName, { nameGap: 38 }),
    },
    series: [
      ...series.map(({ name, style, values, faint = false }) => ({
        type: 'bar',
        name,
        ...BAR_LAYOUT,
        data: values.map((value) => value?.mean ?? null),
        itemStyle: { color: style.color, opacity: faint ? 0.2 : 1, ...decalOf(style, theme) },
        emphasis: { disabled: true },
        barMaxWidth: 60,
      })),
      ...series.map(({ name, values }, place) =>
        barWhiskers(
          name,
          values,
          place,
          series.length,
          theme,
          values.map((value) => value?.reference ?? null),
        ),
      ),
    ],
  } as EChartsOption;
}

export function groupedBarsCsv({ categories, series, referenceName }: GroupedBars): string {
  return toCsv(
    ['category', 'series', 'mean', 'low', 'high', ...(referenceName ? [referenceName] : []), 'note'],
    categories.flatMap((category, i) =>
      series.flatMap(({ name, values }) => {
        const value = values[i];
        if (!value) return [];
        const { mean, low, high, reference = null, note = '' } = value;
        return [[category, name, mean, low, high, ...(referenceName ? [reference] : []), note]];
      }),
    ),
  );
}

export function barText({ mean, low, high, note }: BarValue): string {
  const interval = low === null || high === null ? '' : ` (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `${mean.toFixed(3)}${interval}${note === undefined ? '' : `, ${note}`}`;
}

/** A pattern for the second and third round of colours. */
function decalOf({ dash }: CurveStyle, { paper: color }: ChartTheme): object {
  if (dash === 'solid') return {};
  const lines = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4, color };
  const dots = { symbol: 'circle', dashArrayX: [4, 4], dashArrayY: [4, 4], symbolSize: 0.7, color };
  return { decal: dash === 'dashed' ? lines : dots };
}
