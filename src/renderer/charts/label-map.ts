import { toCsv } from './csv.ts';
import type { EChartsOption } from './echarts.ts';
import { VIRIDIS } from './palettes.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** One label with what was measured there. */
export interface LabelValue {
  readonly x: number;
  readonly y: number;
  readonly section: string;
  readonly images: number;
  /** Null where images exist and none could be read. */
  readonly value: number | null;
}

/** The border of a region, in label units. */
export interface Outline {
  readonly name: string;
  readonly dashed: boolean;
  readonly segments: readonly (readonly [x0: number, y0: number, x1: number, y1: number])[];
}

export interface LabelMapData {
  readonly cells: readonly LabelValue[];
  readonly outlines: readonly Outline[];
  /** Size of a cell in label units. */
  readonly spacing: { readonly x: number; readonly y: number };
  /** Ends of both axes, in label units: the frame's border. */
  readonly extent: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly selected: readonly [x: number, y: number] | null;
  /** Labels shaded behind the cells. */
  readonly shaded?: { readonly name: string; readonly labels: readonly (readonly [x: number, y: number])[] };
}

export interface LabelMapSettings {
  /** Such as `accuracy (both)` or `median |Δx| (px)`. */
  readonly quantity: string;
  /** The value at the bright end, and at the dark end. */
  readonly bright: number;
  readonly dark: number;
  /** Side of the square in CSS pixels. */
  readonly side: number;
}

/** Cells are drawn at least this large, or single labels of a fine lattice could not be seen. */
const LEAST_PX = 5;

/** The label space with what was measured at each evaluated label; y runs downwards, as images are drawn. */
export function labelMapOption(
  { cells, outlines, spacing, extent, selected, shaded }: LabelMapData,
  { quantity, bright, dark, side }: LabelMapSettings,
  theme: ChartTheme,
): EChartsOption {
  const rising = bright > dark;
  const colors = rising ? [...VIRIDIS] : [...VIRIDIS].reverse();
  const place = { left: 56, top: 34, width: side, height: side, outerBoundsMode: 'none', show: true };
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: { ...place, borderColor: theme.line, backgroundColor: 'transparent' },
    legend: {
      show: outlines.length > 0 || shaded !== undefined,
      top: 4,
      left: 48,
      itemWidth: 26,
      selectedMode: false,
      textStyle: { color: theme.ink, fontSize: 12 },
      data: [
        // Lines have no marker.
        ...outlines.map(({ name }) => ({ name, itemStyle: { opacity: 0 } })),
        ...(shaded ? [{ name: shaded.name, icon: 'rect' }] : []),
      ],
    },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ data }: { data: CellDatum }) => tooltipText(data, quantity),
    }),
    xAxis: {
      type: 'value',
      min: extent.x[0],
      max: extent.x[1],
      ...axis(theme, 'x (px)', { nameGap: 26, ...quiet(theme) }),
    },
    yAxis: {
      type: 'value',
      inverse: true,
      min: extent.y[0],
      max: extent.y[1],
      ...axis(theme, 'y (px)', { nameGap: 34, ...quiet(theme) }),
    },
    visualMap: {
      type: 'continuous',
      min: Math.min(bright, dark),
      max: Math.max(bright, dark),
      dimension: 2,
      seriesIndex: 0,
      calculable: false,
      hoverLink: false,
      precision: 2,
      orient: 'vertical',
      left: place.left + side + 18,
      top: place.top,
      itemWidth: 14,
      itemHeight: Math.min(220, side * 0.6),
      text: [
        `${quantity.replaceAll(/ (?=of|\|)/g, '\n')}\n\n${Math.max(bright, dark).toFixed(2)}${rising ? '' : ' or more'}`,
        Math.min(bright, dark).toFixed(2),
      ],
      textStyle: { color: theme.ink, fontSize: 11 },
      inRange: { color: colors },
    },
    series: [
      {
        type: 'custom',
        name: quantity,
        data: cells.map(({ x, y, value, section, images }): CellDatum => [
          x,
          y,
          value ?? NaN,
          section,
          images,
        ]),
        encode: { x: 0, y: 1, tooltip: [2] },
        dimensions: ['x', 'y', quantity, 'section', 'images'],
        clip: true,
        animation: false,
        renderItem: (_: unknown, api: CellApi) => cellShape(api, spacing, theme),
      },
      ...(shaded ? [shadedSeries(shaded, spacing, side / (extent.x[1] - extent.x[0]), theme)] : []),
      ...outlines.map(({ name, segments, dashed }) => ({
        type: 'line',
        name,
        data: segments.flatMap(([x0, y0, x1, y1]) => [
          [x0, y0],
          [x1, y1],
          [NaN, NaN],
        ]),
        color: theme.ink,
        symbol: 'none',
        silent: true,
        animation: false,
        clip: false,
        lineStyle: { width: 1.75, color: theme.ink, type: dashed ? [5, 4] : 'solid' },
        tooltip: { show: false },
        z: 4,
      })),
      {
        type: 'scatter',
        name: 'selected',
        // A ring with a light rim, to be seen on every colour of the map.
        data: (selected ? [7, 2.5] : []).map((borderWidth, i) => ({
          value: selected,
          itemStyle: { color: 'transparent', borderColor: i === 0 ? '#ffffff' : '#1b2330', borderWidth },
        })),
        symbol: 'circle',
        symbolSize: 16,
        silent: true,
        animation: false,
        tooltip: { show: false },
        z: 5,
      },
    ],
  } as EChartsOption;
}

export function labelMapCsv({ cells }: LabelMapData, { quantity }: LabelMapSettings): string {
  return toCsv(
    ['x', 'y', 'section', 'images', quantity],
    cells.map(({ x, y, section, images, value }) => [x, y, section, images, value]),
  );
}

/** The frame's border is the axis, and its ends are no round numbers. */
function quiet({ muted }: ChartTheme): object {
  return {
    splitLine: { show: false },
    axisLine: { show: false, onZero: false },
    axisLabel: { color: muted, fontSize: 11, hideOverlap: true, showMinLabel: false, showMaxLabel: false },
  };
}

/** Tens of thousands of labels on a fine lattice: drawn in one go. */
function shadedSeries(
  { name, labels }: NonNullable<LabelMapData['shaded']>,
  spacing: { x: number; y: number },
  pxPerUnit: number,
  theme: ChartTheme,
): object {
  return {
    type: 'scatter',
    name,
    data: labels,
    large: true,
    largeThreshold: 500,
    symbol: 'rect',
    symbolSize: [spacing.x * pxPerUnit, spacing.y * pxPerUnit],
    itemStyle: { color: theme.muted, opacity: 0.3 },
    silent: true,
    animation: false,
    tooltip: { show: false },
    z: 1,
  };
}

/** x, y, value (NaN where nothing could be read), section, images. */
type CellDatum = [number, number, number, string, number];

interface CellApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
  size(extent: [number, number]): [number, number];
  visual(name: 'color'): string;
}

function cellShape(api: CellApi, spacing: { x: number; y: number }, theme: ChartTheme): object {
  const [cx, cy] = api.coord([api.value(0), api.value(1)]);
  const [w, h] = api.size([spacing.x, spacing.y]).map((v) => Math.max(LEAST_PX, Math.abs(v))) as [
    number,
    number,
  ];
  const box = { x: cx - w / 2, y: cy - h / 2, width: w, height: h };
  if (!Number.isNaN(api.value(2))) return { type: 'rect', shape: box, style: { fill: api.visual('color') } };
  // Images were made here and none shows one feature: crossed out, not left blank.
  const [a, b] = [0.25, 0.75];
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    type: 'line',
    shape: { x1: box.x + x1 * w, y1: box.y + y1 * h, x2: box.x + x2 * w, y2: box.y + y2 * h },
    style: { stroke: theme.ink, lineWidth: 1.25 },
  });
  return {
    type: 'group',
    children: [{ type: 'rect', shape: box, style: { fill: theme.line } }, line(a, a, b, b), line(a, b, b, a)],
  };
}

function tooltipText([x, y, value, section, images]: CellDatum, quantity: string): string {
  const found = Number.isNaN(value) ? 'no image shows exactly one feature' : value.toFixed(2);
  const of = images === 1 ? '1 image' : `${images} images`;
  return `x ${Number(x.toFixed(3))}, y ${Number(y.toFixed(3))}  ${section}\n${quantity}: ${found}\nof ${of}`;
}
