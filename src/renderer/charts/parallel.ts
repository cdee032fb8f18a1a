import { toCsv } from './csv.ts';
import { shortNumber, type CurveStyle } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { tooltip, type ChartTheme } from './theme.ts';

export interface ParallelAxis {
  readonly key: string;
  readonly name: string;
  readonly numeric: boolean;
}

export interface ParallelLine {
  readonly name: string;
  readonly style: CurveStyle;
  /** By axis; null leaves a gap on an axis of numbers, and is a place of its own among names. */
  readonly values: readonly (number | string | null)[];
  readonly faint?: boolean;
}

export interface Parallel {
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
}

/** Chosen intervals of the axes, by key: values of numeric axes, places in `categoriesOf` of others. */
export type Brush = Readonly<Record<string, readonly (readonly [number, number])[]>>;

export function parallelOption({ axes, lines }: Parallel, theme: ChartTheme): EChartsOption {
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    parallel: { left: 40, right: 70, top: 62, bottom: 16, layout: 'horizontal' },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ dataIndex }: { dataIndex: number }) => {
        const line = lines[dataIndex];
        if (!line) return '';
        return [
          line.name,
          ...axes.map(({ name }, i) => `${name}: ${shownValue(line.values[i] ?? null)}`),
        ].join('\n');
      },
    }),
    parallelAxis: axes.map((axis, dim) => ({
      dim,
      id: axis.key,
      name: axis.name,
      ...(axis.numeric
        ? { type: 'value', scale: true }
        : { type: 'category', data: categoriesOf(lines, dim) }),
      nameLocation: 'end',
      // Aslant: names are longer than axes are apart.
      nameRotate: 24,
      nameGap: 10,
      nameTruncate: { maxWidth: 120, ellipsis: '…' },
      nameTextStyle: { color: theme.ink, fontSize: 11, align: 'left', verticalAlign: 'bottom' },
      axisLine: { lineStyle: { color: theme.muted } },
      axisTick: { lineStyle: { color: theme.line } },
      axisLabel: {
        color: theme.muted,
        fontSize: 11,
        width: 90,
        overflow: 'truncate',
        ...(axis.numeric ? { formatter: shortNumber } : {}),
      },
      areaSelectStyle: { width: 18, borderColor: theme.accent, color: theme.accent, opacity: 0.25 },
    })),
    series: [
      {
        type: 'parallel',
        inactiveOpacity: 0.07,
        activeOpacity: 0.95,
        smooth: 0.15,
        emphasis: { lineStyle: { width: 4 } },
        data: lines.map(({ name, style, values, faint = false }) => ({
          name,
          value: axes.map((_, i) => cell(axes[i]!, values[i] ?? null)),
          lineStyle: { color: style.color, type: style.dash, width: 2, opacity: faint ? 0.12 : 0.9 },
        })),
      },
    ],
  } as EChartsOption;
}

/** The names on an axis that is not numeric, in order of appearance. */
export function categoriesOf(lines: readonly ParallelLine[], dim: number): string[] {
  return [...new Set(lines.map(({ values }) => nameOf(values[dim] ?? null)))];
}

/** Which lines the chosen intervals let through; all of them without any interval. A gap among numbers is never let through. */
export function withinBrush({ axes, lines }: Parallel, brush: Brush): boolean[] {
  return lines.map(({ values }) =>
    axes.every(({ key, numeric }, dim) => {
      const intervals = brush[key] ?? [];
      if (intervals.length === 0) return true;
      const value = values[dim] ?? null;
      if (value === null && numeric) return false;
      const at = numeric ? (value as number) : categoriesOf(lines, dim).indexOf(nameOf(value));
      return intervals.some(([low, high]) => at >= low && at <= high);
    }),
  );
}

export function parallelCsv({ axes, lines }: Parallel): string {
  return toCsv(
    ['run', ...axes.map(({ name }) => name)],
    lines.map(({ name, values }) => [name, ...values]),
  );
}

function cell({ numeric }: ParallelAxis, value: number | string | null): number | string {
  if (!numeric) return nameOf(value);
  return value ?? '-'; // how ECharts writes a gap
}

/** What a run without a value is called: a line past the axis would seem to have the value it passes. */
const nameOf = (value: number | string | null): string => (value === null ? 'none' : String(value));

function shownValue(value: number | string | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? shortNumber(value) : value;
}
