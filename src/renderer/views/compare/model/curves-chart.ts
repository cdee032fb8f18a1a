import { curvesOption, type Curve, type CurvesSettings } from '../../../charts/curves.ts';
import type { EChartsOption } from '../../../charts/echarts.ts';
import type { ChartTheme } from '../../../charts/theme.ts';

export interface ComparedCurvesSettings extends CurvesSettings {
  readonly xLog: boolean;
  /** Names of curves that stand back. */
  readonly faint: ReadonlySet<string>;
}

/** More lines in a tooltip would cover the chart. */
const MOST_LINES = 14;
/** More curves than this are drawn without a legend: the list of runs beside the charts is one. */
const MOST_IN_LEGEND = 16;
/** Points that are drawn of each curve, by Steinarsson's largest triangles, where there are many. */
const MANY_POINTS = 20_000;

/** `curvesOption` for many runs: curves that stand back, a logarithmic x axis, a tooltip that fits. */
export function comparedCurvesOption(
  curves: readonly Curve[],
  { xLog, faint, ...settings }: ComparedCurvesSettings,
  theme: ChartTheme,
): EChartsOption {
  const drawn = xLog ? curves.map(positive) : curves;
  const legend = curves.length > 1 && curves.length <= MOST_IN_LEGEND;
  const option = curvesOption(drawn, { ...settings, legend }, theme) as Record<string, unknown>;
  const points = drawn.reduce((sum, curve) => sum + curve.points.length, 0);
  const series = (option['series'] as Series[]).map((one) => ({
    ...one,
    // Curves are made anew whenever points come: an animation would begin again each time.
    animation: false,
    ...(one.type === 'line' && points > MANY_POINTS ? { sampling: 'lttb' } : {}),
    ...(faint.has(one.name.replace(/ \(measured\)$/, '')) ? stoodBack(one) : {}),
  }));
  return {
    ...option,
    ...(xLog ? { xAxis: { ...(option['xAxis'] as object), type: 'log' } } : {}),
    tooltip: {
      ...(option['tooltip'] as object),
      formatter: (items: readonly Item[]) => tooltipText(items, settings),
    },
    series,
  } as EChartsOption;
}

interface Series {
  readonly type: string;
  readonly name: string;
  readonly lineStyle?: object;
  readonly renderItem?: (...args: unknown[]) => { style: object } | undefined;
}

interface Item {
  readonly seriesName: string;
  readonly marker: string;
  readonly value: readonly unknown[];
}

function positive(curve: Curve): Curve {
  return {
    ...curve,
    points: curve.points.filter(([x]) => x > 0),
    ...(curve.band ? { band: curve.band.filter(([x]) => x > 0) } : {}),
  };
}

function stoodBack({ type, lineStyle = {}, renderItem }: Series): object {
  if (type === 'line')
    return { lineStyle: { ...lineStyle, opacity: 0.12 }, itemStyle: { opacity: 0.12 }, z: 1 };
  if (!renderItem) return {};
  return {
    renderItem: (...args: unknown[]) => {
      const shape = renderItem(...args);
      return shape && { ...shape, style: { ...shape.style, opacity: 0.03 } };
    },
  };
}

/** The greatest values first, and how many more there are. */
export function tooltipText(
  items: readonly Item[],
  { xName, format = String }: Pick<CurvesSettings, 'xName' | 'format'>,
): string {
  const rows = items
    .filter(({ value }) => typeof value[1] === 'number' && Number.isFinite(value[1]))
    .map(({ seriesName, marker, value }) => ({ seriesName, marker, y: value[1] as number }))
    .sort((a, b) => b.y - a.y);
  const x = items[0]?.value[0];
  if (typeof x !== 'number' || rows.length === 0) return '';
  const lines = rows
    .slice(0, MOST_LINES)
    .map(({ seriesName, marker, y }) => `${marker} ${seriesName}: ${format(y)}`);
  const more = rows.length - lines.length;
  return [`${xName}: ${format(x)}`, ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
