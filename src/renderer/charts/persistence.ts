import type { Diagrams } from '../../core/metrics/records-analysis.ts';
import { toCsv } from './csv.ts';
import { shortNumber } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { dimensionName, dimensionStyle, persistenceOf } from './persistence-bars.ts';
import { layPanels, panelTitle, type ChartSize, type PanelMargins } from './persistence-panels.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** The persistence diagrams of one shape: a panel of its own among others. */
export interface PersistencePanel {
  /** Unique. */
  readonly name: string;
  /** Of dimension 0, 1, …; longest first. */
  readonly diagrams: Diagrams;
  /** Where the filtration ends, as a diameter: the unit of lengths if they are to be compared between shapes. */
  readonly enclosingRadius: number;
  /**
   * Persistence below which a class may be an artefact of the choice of landmarks; null where all points were taken.
   * See `artefactLength`.
   */
  readonly artefacts: number | null;
}

export interface PersistenceSettings {
  /** Lengths as fractions of each shape's enclosing radius, with the same axes for all; else in each shape's own units. */
  readonly scaled: boolean;
  /** Panels in a row. */
  readonly columns: number;
  /** Of the whole chart, in CSS pixels. */
  readonly size: ChartSize;
  /** Dimensions shown. */
  readonly dimensions: readonly number[];
}

/**
 * Classes that live for at most twice the covering radius may come from the choice of landmarks alone. The complex of
 * the landmarks at diameter a lies within that of all points, which maps into that of the landmarks at a + 2r: a class
 * that outlives 2r therefore lives in both.
 */
export function artefactLength(coveringRadius: number): number {
  return 2 * coveringRadius;
}

/** Birth against death, one square panel for each shape; classes that never die lie on a line marked ∞. */
export function persistenceOption(
  panels: readonly PersistencePanel[],
  { scaled, columns, dimensions, size }: PersistenceSettings,
  theme: ChartTheme,
): EChartsOption {
  const grids = layPanels(panels.length, columns, PANEL_MARGINS, size);
  const ends = axisEnds(panels, scaled, dimensions);
  const unit = scaled ? 'fraction of the enclosing radius' : 'distance';
  return {
    animation: false, // marks are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    title: panels.map(({ name }, i) => panelTitle(name, grids[i]!, theme)),
    legend: {
      top: 0,
      right: 8,
      itemWidth: 14,
      textStyle: { color: theme.ink, fontSize: 12 },
      data: dimensions.map(dimensionName),
    },
    grid: grids.map(({ box }) => ({ ...box, outerBoundsMode: 'none' })),
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ data }: { data: { text: string } }) => data.text,
    }),
    xAxis: panels.map((_, i) => ({
      type: 'value',
      gridIndex: i,
      min: 0,
      max: ends[i]! * AXIS_END,
      ...axis(theme, `birth (${unit})`, {
        nameGap: 26,
        splitLine: { show: false },
        ...ticks(theme, ends[i]!, false),
      }),
    })),
    yAxis: panels.map((_, i) => ({
      type: 'value',
      gridIndex: i,
      min: 0,
      max: ends[i]! * AXIS_END,
      // One title for each row of panels: the axes are alike.
      ...axis(theme, grids[i]!.first ? `death (${unit})` : '', {
        nameGap: 40,
        splitLine: { show: false },
        ...ticks(theme, ends[i]!, true),
      }),
    })),
    series: [
      // Points first: the legend draws its signs from the first series of each name.
      ...dimensions.flatMap((dimension) =>
        panels.map((panel, i) => pointSeries(panel, dimension, i, ends[i]!, scaled, theme)),
      ),
      ...panels.flatMap((panel, i) => backgroundSeries(panel, i, ends[i]!, scaled, theme)),
    ],
  } as EChartsOption;
}

/** One row for each class; of a class that never dies `death` and `persistence` are empty. */
export function persistenceCsv(panels: readonly PersistencePanel[]): string {
  return toCsv(
    ['shape', 'dimension', 'birth', 'death', 'persistence', 'enclosing radius', 'may be artefact'],
    panels.flatMap(({ name, diagrams, enclosingRadius, artefacts }) =>
      diagrams.flatMap((pairs, dimension) =>
        pairs.map(([birth, death]) => [
          name,
          dimension,
          birth,
          death,
          death === null ? null : death - birth,
          enclosingRadius,
          artefacts === null ? null : death !== null && death - birth <= artefacts ? 'yes' : 'no',
        ]),
      ),
    ),
  );
}

const PANEL_MARGINS: PanelMargins = { left: 58, right: 14, top: 28, bottom: 46, head: 22 };

/** Height of a chart of so many panels, such that each is about as high as it is wide. */
export function persistenceHeight(panels: number, columns: number, width: number): number {
  const { left, right, top, bottom, head } = PANEL_MARGINS;
  const wide = Math.max(1, Math.min(columns, panels));
  const inner = Math.min(420, Math.max(160, width / wide - left - right));
  return Math.round(Math.ceil(panels / wide) * (inner + top + bottom) + head);
}

/** Room above the last death for the line of the classes that never die, in units of it. */
const AXIS_END = 1.14;
const INFINITY_AT = 1.08;

/**
 * Where the axes of each panel end, but for what lies above: at the last death, the same for all panels if lengths are
 * scaled. A shape without deaths ends with its filtration.
 */
export function axisEnds(
  panels: readonly PersistencePanel[],
  scaled: boolean,
  dimensions: readonly number[],
): number[] {
  const own = panels.map(({ diagrams, enclosingRadius }) => {
    const deaths = dimensions.flatMap((d) => (diagrams[d] ?? []).flatMap(([, death]) => death ?? []));
    const last = Math.max(0, ...deaths) || enclosingRadius || 1;
    return scaled ? last / (enclosingRadius || 1) : last;
  });
  const common = Math.max(...own, 0);
  return scaled ? own.map(() => common) : own;
}

/** Classes this near to each other, in units of the enclosing radius, are drawn as one with its number. */
const SAME = 1e-4;

interface Mark {
  readonly birth: number;
  readonly death: number | null;
  readonly count: number;
  /** Place of the first among its dimension's, from 1. */
  readonly rank: number;
}

/** Classes of equal birth and death together: those of a regular sample often coincide. */
export function distinctClasses(pairs: Diagrams[number], enclosingRadius: number): Mark[] {
  const step = SAME * (enclosingRadius || 1);
  const marks = new Map<string, Mark>();
  pairs.forEach(([birth, death], i) => {
    const key = `${Math.round(birth / step)} ${death === null ? '∞' : Math.round(death / step)}`;
    const before = marks.get(key);
    marks.set(key, before ? { ...before, count: before.count + 1 } : { birth, death, count: 1, rank: i + 1 });
  });
  return [...marks.values()];
}

function pointSeries(
  { name, diagrams, enclosingRadius }: PersistencePanel,
  dimension: number,
  panel: number,
  end: number,
  scaled: boolean,
  theme: ChartTheme,
): object {
  const { color, marker } = dimensionStyle(dimension);
  const unit = scaled ? enclosingRadius || 1 : 1;
  const pairs = diagrams[dimension] ?? [];
  return {
    type: 'scatter',
    name: dimensionName(dimension),
    xAxisIndex: panel,
    yAxisIndex: panel,
    symbol: marker,
    symbolSize: dimension === 0 ? 7 : 10,
    itemStyle: { color, opacity: 0.8, borderColor: theme.paper, borderWidth: 1 },
    z: 4 + dimension,
    data: distinctClasses(pairs, enclosingRadius).map(({ birth, death, count, rank }) => ({
      value: [birth / unit, death === null ? end * INFINITY_AT : death / unit],
      text: [
        `${name}, ${dimensionName(dimension)}`,
        `birth ${shortNumber(birth / unit)}`,
        death === null ? 'never dies' : `death ${shortNumber(death / unit)}`,
        death === null
          ? 'persistence ∞'
          : `persistence ${shortNumber((death - birth) / unit)} (${count === 1 ? `place ${rank}` : `places ${rank}…, ${count} alike`} of ${pairs.length})`,
      ].join('\n'),
      // Two long bars that coincide are the very thing to be seen; short ones would only litter the diagonal.
      label: {
        show: count > 1 && dimension > 0 && persistenceOf([birth, death]) > 0.2 * enclosingRadius,
        formatter: `×${count}`,
        position: 'right',
        color: theme.ink,
        fontSize: 12,
      },
    })),
  };
}

/** The diagonal, the line of classes that never die, and the band of possible artefacts. */
function backgroundSeries(
  { enclosingRadius, artefacts }: PersistencePanel,
  panel: number,
  end: number,
  scaled: boolean,
  theme: ChartTheme,
): object[] {
  const line = (points: number[][], lineStyle: object, more: object = {}): object => ({
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data: points,
    silent: true,
    tooltip: { show: false },
    showSymbol: false,
    lineStyle,
    z: 2,
    ...more,
  });
  const far = end * AXIS_END;
  const width = artefacts === null ? 0 : artefacts / (scaled ? enclosingRadius || 1 : 1);
  return [
    line(
      [
        [0, 0],
        [far, far],
      ],
      { color: theme.muted, width: 1 },
    ),
    line(
      [
        [0, end * INFINITY_AT],
        [far, end * INFINITY_AT],
      ],
      { color: theme.muted, width: 1, type: 'dashed' },
    ),
    ...(width > 0 ? [artefactBand(panel, width, far, theme)] : []),
  ];
}

function artefactBand(panel: number, width: number, far: number, theme: ChartTheme): object {
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data: [[0, 0]],
    silent: true,
    clip: true,
    animation: false,
    tooltip: { show: false },
    z: 1,
    renderItem: (_: unknown, api: { coord(point: [number, number]): number[] }) => ({
      type: 'polygon',
      shape: {
        points: [
          api.coord([0, 0]),
          api.coord([0, Math.min(width, far)]),
          api.coord([Math.max(0, far - width), far]),
          api.coord([far, far]),
        ],
      },
      style: { fill: theme.muted, opacity: 0.2 },
    }),
  };
}

const MOST_STEPS = 6;

/** Ticks up to the last death; above it, on the axis of deaths, that of the classes that never die. */
export function ticks(theme: ChartTheme, end: number, infinity: boolean): object {
  const above = end * INFINITY_AT;
  const customValues = [...evenTicks(end), ...(infinity ? [above] : [])];
  return {
    axisLabel: {
      color: theme.muted,
      fontSize: 11,
      customValues,
      formatter: (value: number) => (infinity && value === above ? '{infinity|∞}' : shortNumber(value)),
      rich: { infinity: { color: theme.muted, fontSize: 16 } },
    },
    axisTick: { lineStyle: { color: theme.line }, customValues },
  };
}

/** Multiples of 1, 2 or 5 · 10ⁿ from 0 to the end, seven at most. */
export function evenTicks(end: number): number[] {
  const power = 10 ** Math.floor(Math.log10(end / MOST_STEPS));
  const factor = [1, 2, 5, 10, 20].find((one) => end / (one * power) <= MOST_STEPS * (1 + 1e-9))!;
  const count = Math.floor(end / (factor * power) + 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * factor * power).toPrecision(12)));
}
