import type { DrawingApi } from './band.ts';
import { toCsv } from './csv.ts';
import { shortNumber } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { dimensionName, dimensionStyle, longestBars, persistenceOf } from './persistence-bars.ts';
import { layPanels, panelTitle, type ChartSize, type PanelMargins } from './persistence-panels.ts';
import { axisEnds, ticks, type PersistencePanel } from './persistence.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

export interface BarcodeSettings {
  /** Lengths as fractions of each shape's enclosing radius, with the same axes for all. */
  readonly scaled: boolean;
  /** Panels in a row. */
  readonly columns: number;
  readonly size: ChartSize;
  readonly dimensions: readonly number[];
  /** Bars of each dimension, longest first; the others are counted. */
  readonly most: number;
}

/** One row of the barcode. */
export interface BarcodeRow {
  readonly dimension: number;
  readonly birth: number;
  /** The end of the filtration where the class never dies. */
  readonly end: number;
  readonly essential: boolean;
  readonly mayBeArtefact: boolean;
}

const MARGINS: PanelMargins = { left: 34, right: 14, top: 28, bottom: 42, head: 22 };

/** The longest classes of each dimension as bars from birth to death, one panel for each shape. */
export function barcodeOption(
  panels: readonly PersistencePanel[],
  settings: BarcodeSettings,
  theme: ChartTheme,
): EChartsOption {
  const { scaled, columns, size, dimensions } = settings;
  const ends = axisEnds(panels, scaled, dimensions);
  const places = layPanels(panels.length, columns, MARGINS, size);
  const rows = panels.map((panel) => barcodeRows(panel, settings));
  // The same number of rows for all, so that bars of one rank stand side by side.
  const most = Math.max(1, ...rows.map(({ length }) => length));
  return {
    animation: false, // marks are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    title: panels.map(({ name }, i) => panelTitle(name, places[i]!, theme)),
    legend: {
      top: 0,
      right: 8,
      itemWidth: 16,
      itemHeight: 8,
      selectedMode: false, // rows would stay empty
      textStyle: { color: theme.ink, fontSize: 12 },
      data: dimensions.map(dimensionName),
    },
    grid: places.map(({ box }) => ({ ...box, outerBoundsMode: 'none' })),
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ data }: { data: { text: string } }) => data.text,
    }),
    xAxis: panels.map((_, i) => ({
      type: 'value',
      gridIndex: i,
      min: 0,
      max: ends[i]! * 1.08,
      ...axis(theme, scaled ? 'diameter (fraction of the enclosing radius)' : 'diameter (distance)', {
        nameGap: 24,
        ...ticks(theme, ends[i]!, false),
      }),
    })),
    yAxis: panels.map((_, i) => ({
      type: 'value',
      gridIndex: i,
      min: 0,
      max: most,
      inverse: true,
      ...axis(theme, '', {
        axisLabel: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
      }),
    })),
    series: dimensions.flatMap((dimension) =>
      panels.map((panel, i) => barSeries(panel, rows[i]!, dimension, i, ends[i]!, scaled, theme)),
    ),
  } as EChartsOption;
}

/** The data of the whole barcode, shown or not: longest first. */
export function barcodeCsv(panels: readonly PersistencePanel[]): string {
  return toCsv(
    ['shape', 'dimension', 'place', 'birth', 'death', 'persistence'],
    panels.flatMap(({ name, diagrams }) =>
      diagrams.flatMap((pairs, dimension) =>
        longestBars(diagrams, dimension, pairs.length).map(([birth, death], i) => [
          name,
          dimension,
          i + 1,
          birth,
          death,
          death === null ? null : death - birth,
        ]),
      ),
    ),
  );
}

/** The rows of a panel from the top: by dimension, longest first. */
export function barcodeRows(
  { diagrams, enclosingRadius, artefacts }: PersistencePanel,
  { dimensions, most }: Pick<BarcodeSettings, 'dimensions' | 'most'>,
): BarcodeRow[] {
  return dimensions.flatMap((dimension) =>
    longestBars(diagrams, dimension, most).map(([birth, death]) => ({
      dimension,
      birth,
      end: death ?? enclosingRadius,
      essential: death === null,
      mayBeArtefact: artefacts !== null && persistenceOf([birth, death]) <= artefacts,
    })),
  );
}

/** How many bars of each dimension a panel has beyond those that are shown. */
export function hiddenBars(panel: PersistencePanel, dimensions: readonly number[], most: number): number[] {
  return dimensions.map((dimension) => Math.max(0, (panel.diagrams[dimension]?.length ?? 0) - most));
}

function barSeries(
  { name, enclosingRadius }: PersistencePanel,
  rows: readonly BarcodeRow[],
  dimension: number,
  panel: number,
  end: number,
  scaled: boolean,
  theme: ChartTheme,
): object {
  const { color } = dimensionStyle(dimension);
  const unit = scaled ? enclosingRadius || 1 : 1;
  const mine = rows.flatMap((row, i) => (row.dimension === dimension ? [{ row, i }] : []));
  return {
    type: 'custom',
    name: dimensionName(dimension),
    color,
    xAxisIndex: panel,
    yAxisIndex: panel,
    clip: true,
    animation: false,
    encode: { x: [0, 1], y: 2 },
    data: mine.map(({ row, i }, place) => ({
      value: [row.birth / unit, row.essential ? end * 1.02 : row.end / unit, i],
      text: [
        `${name}, ${dimensionName(dimension)}, place ${place + 1}`,
        `from ${shortNumber(row.birth / unit)} ${row.essential ? 'on: never dies' : `to ${shortNumber(row.end / unit)}`}`,
        ...(row.essential ? [] : [`persistence ${shortNumber((row.end - row.birth) / unit)}`]),
        ...(row.mayBeArtefact ? ['shorter than twice the covering radius'] : []),
      ].join('\n'),
    })),
    renderItem: ({ dataIndex }: { dataIndex: number }, api: DrawingApi) => {
      const { row } = mine[dataIndex]!;
      const [x0, top] = api.coord([api.value(0), api.value(2)]);
      const [x1, bottom] = api.coord([api.value(1), api.value(2) + 1]);
      const thick = Math.max(1, Math.min(9, 0.7 * (bottom - top)));
      const y = (top + bottom - thick) / 2;
      const bar = {
        type: 'rect',
        shape: { x: x0, y, width: Math.max(1, x1 - x0), height: thick },
        style: { fill: color, opacity: row.mayBeArtefact ? 0.35 : 1 },
      };
      if (!row.essential) return bar;
      const [middle, reach] = [y + thick / 2, Math.max(4, thick * 0.9)];
      const head = {
        type: 'polygon',
        shape: {
          points: [
            [x1, middle - reach],
            [x1 + reach * 1.4, middle],
            [x1, middle + reach],
          ],
        },
        style: { fill: color, stroke: theme.paper, lineWidth: 0 },
      };
      return { type: 'group', children: [bar, head] };
    },
  };
}
