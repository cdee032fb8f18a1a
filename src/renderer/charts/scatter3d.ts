import { toCsv } from './csv.ts';
import { shortNumber } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { legendParts } from './scatter3d-legend.ts';
import type { PointColors } from './scatter3d-colors.ts';
import { projected, type Rotation } from './scatter3d-project.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** Points of a representation in two components, or in three that can be turned. */
export interface Cloud {
  // positions: (n, 2 or 3), row by row
  readonly positions: Float32Array;
  /** One for each column, with its share of the variance where it has one. */
  readonly axes: readonly string[];
  /** (n) */
  readonly labels: readonly (readonly [x: number, y: number])[];
  readonly sections: readonly string[];
  /** Stands in the tooltip behind the label; may be empty. */
  readonly notes: readonly string[];
}

export interface CloudView {
  /** For three columns. */
  readonly rotation: Rotation;
  /** Lines of constant x and of constant y. */
  readonly lines: readonly (readonly number[])[];
  readonly selected: ReadonlySet<number>;
  /** Draws each so many points only: while many are turned. */
  readonly every?: number;
  /** Of the chart, in CSS pixels: units are equally long along both axes. */
  readonly width: number;
  readonly height: number;
}

/** Around the plot; the right side holds the colour scale. */
export const CLOUD_MARGIN = { left: 58, right: 112, top: 12, bottom: 44 } as const;

/** (n, 3): place on the two axes of the chart, and 0…1 from far to near. */
export function placesOf({ positions, axes }: Cloud, rotation: Rotation): Float32Array {
  const out = new Float32Array((positions.length / axes.length) * 3);
  if (axes.length === 2) {
    for (let i = 0; i < positions.length / 2; i++) {
      out.set([positions[2 * i]!, positions[2 * i + 1]!, 0.5], 3 * i);
    }
    return out;
  }
  const seen = projected(positions, rotation);
  let [far, near] = [Infinity, -Infinity];
  for (let i = 2; i < seen.length; i += 3) {
    far = Math.min(far, seen[i]!);
    near = Math.max(near, seen[i]!);
  }
  for (let i = 0; i < seen.length; i += 3) {
    const depth = near > far ? (seen[i + 2]! - far) / (near - far) : 0.5;
    out.set([seen[i]!, seen[i + 1]!, depth], i);
  }
  return out;
}

export function cloudOption(
  cloud: Cloud,
  colors: PointColors,
  { rotation, lines, selected, every = 1, width, height }: CloudView,
  theme: ChartTheme,
): EChartsOption {
  const flat = cloud.axes.length === 2;
  const places = placesOf(cloud, rotation);
  const order = Array.from({ length: Math.ceil(places.length / 3 / every) }, (_, i) => i * every);
  if (!flat) order.sort((a, b) => places[3 * a + 2]! - places[3 * b + 2]!);
  const datum = (i: number): number[] => [places[3 * i]!, places[3 * i + 1]!, i, places[3 * i + 2]!];
  const legend = legendParts(colors, height, theme);
  const range = equalRange(flat ? places : null, cloud, width, height);
  const size = pointSize(places.length / 3);
  const chosen = selected.size > 0;
  const points = (name: string, data: number[][], isChosen: boolean): object => ({
    type: 'scatter',
    name,
    data,
    symbolSize: ([, , , depth]: number[]) =>
      (flat ? size : size * (0.65 + 0.7 * depth!)) * (isChosen ? 1.35 : 1),
    itemStyle: {
      color: ({ value: [, , i, depth] }: { value: number[] }) =>
        `${colors.colors[i!]}${alpha((flat ? 0.95 : 0.4 + 0.6 * depth!) * (chosen && !isChosen ? 0.38 : 1))}`,
      // Dark colours would be lost on dark paper, and light ones on white.
      borderColor: isChosen ? theme.ink : theme.muted,
      borderWidth: isChosen ? 1.2 : size > 4 && !chosen ? 0.5 : 0,
    },
    emphasis: { disabled: true },
    animation: false,
    z: isChosen ? 4 : 3,
  });
  // Stated either way: charts keep what an axis was told before.
  const frame = {
    show: flat,
    axisLine: { show: flat, onZero: false, lineStyle: { color: theme.line } },
    axisTick: { show: flat, lineStyle: { color: theme.line } },
    splitLine: { show: flat, lineStyle: { color: theme.line, opacity: 0.6 } },
  };
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: { ...CLOUD_MARGIN, outerBoundsMode: 'none' },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ value }: { value: number[] }) => pointText(cloud, value[2]!),
    }),
    xAxis: {
      type: 'value',
      min: range.x[0],
      max: range.x[1],
      ...axis(theme, flat ? cloud.axes[0]! : '', { nameGap: 28, ...frame, axisLabel: quiet(theme, flat) }),
    },
    yAxis: {
      type: 'value',
      min: range.y[0],
      max: range.y[1],
      ...axis(theme, flat ? cloud.axes[1]! : '', { nameGap: 44, ...frame, axisLabel: quiet(theme, flat) }),
    },
    ...legend.components,
    series: [
      ...legend.series,
      {
        type: 'line',
        name: 'lines of constant x and y',
        data: lines.flatMap((path) => [...path.map((i) => [places[3 * i]!, places[3 * i + 1]!]), [NaN, NaN]]),
        symbol: 'none',
        silent: true,
        animation: false,
        tooltip: { show: false },
        lineStyle: { width: 1, color: theme.muted, opacity: 0.35 },
        z: 2,
      },
      points('points', (chosen ? order.filter((i) => !selected.has(i)) : order).map(datum), false),
      points('selected', chosen ? order.filter((i) => selected.has(i)).map(datum) : [], true),
      ...(flat ? [] : [tripod(cloud, rotation, range, theme)]),
    ],
  } as EChartsOption;
}

/** Every point with its label, section, note and coordinates. */
export function cloudCsv(
  { positions, axes, labels, sections }: Cloud,
  accuracy: readonly (number | null)[],
): string {
  const k = axes.length;
  return toCsv(
    ['x', 'y', 'section', 'accuracy', ...axes],
    labels.map(([x, y], i) => [
      x,
      y,
      sections[i] ?? '',
      accuracy[i] ?? null,
      ...Array.from({ length: k }, (_, j) => positions[i * k + j]!),
    ]),
  );
}

export function pointText({ labels, sections, notes, positions, axes }: Cloud, i: number): string {
  const label = labels[i];
  if (!label) return '';
  const place = axes.map(
    (name, j) => `${name.split(' (')[0]}: ${shortNumber(positions[i * axes.length + j]!)}`,
  );
  const note = notes[i] ? `\n${notes[i]}` : '';
  return `x ${short(label[0])}, y ${short(label[1])}  ${sections[i] ?? ''}${note}\n${place.join(', ')}`;
}

const short = (v: number): number => Number(v.toFixed(3));

/** Points are drawn smaller the more there are, or nothing would be told apart. */
export function pointSize(count: number): number {
  return Math.min(11, Math.max(2.5, 130 / Math.sqrt(Math.max(1, count))));
}

function alpha(opacity: number): string {
  return Math.round(255 * opacity)
    .toString(16)
    .padStart(2, '0');
}

function quiet({ muted }: ChartTheme, show: boolean): object {
  return {
    show,
    color: muted,
    fontSize: 11,
    hideOverlap: true,
    showMinLabel: false,
    showMaxLabel: false,
    formatter: shortNumber,
  };
}

interface Range {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The same number of pixels for a unit along both axes: a circle looks like one. */
function equalRange(flat: Float32Array | null, { positions }: Cloud, width: number, height: number): Range {
  const plot = {
    w: Math.max(40, width - CLOUD_MARGIN.left - CLOUD_MARGIN.right),
    h: Math.max(40, height - CLOUD_MARGIN.top - CLOUD_MARGIN.bottom),
  };
  const [cx, cy, halfX, halfY] = flat ? extentOf(flat) : ball(positions);
  const perPx = Math.max(halfX / plot.w, halfY / plot.h, 1e-12) * 2 * (flat ? 1.12 : 1.03);
  const [dx, dy] = [(perPx * plot.w) / 2, (perPx * plot.h) / 2];
  return { x: [cx - dx, cx + dx], y: [cy - dy, cy + dy] };
}

/** Middle and half the extent along both axes. */
function extentOf(places: Float32Array): [number, number, number, number] {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < places.length; i += 3) {
    x0 = Math.min(x0, places[i]!);
    x1 = Math.max(x1, places[i]!);
    y0 = Math.min(y0, places[i + 1]!);
    y1 = Math.max(y1, places[i + 1]!);
  }
  if (x0 > x1) return [0, 0, 1, 1];
  return [(x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2];
}

/** The ball about the middle that holds all points, so that nothing grows or leaves while it is turned. */
function ball(positions: Float32Array): [number, number, number, number] {
  const identity = projected(positions, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  let radius = 0;
  for (let i = 0; i < identity.length; i += 3) {
    radius = Math.max(radius, Math.hypot(identity[i]!, identity[i + 1]!, identity[i + 2]!));
  }
  return [0, 0, radius || 1, radius || 1];
}

/** The three axes in the lower left corner, as they are seen. */
function tripod({ axes }: Cloud, rotation: Rotation, { x, y }: Range, theme: ChartTheme): object {
  const unit = (y[1] - y[0]) * 0.11;
  const from = [x[0] + unit * 1.3, y[0] + unit * 1.2];
  return {
    type: 'custom',
    name: 'axes',
    silent: true,
    animation: false,
    tooltip: { show: false },
    data: [0, 1, 2].map((k) => [from[0]! + unit * rotation[k]!, from[1]! + unit * rotation[3 + k]!, k]),
    renderItem: (_: unknown, api: { value(d: number): number; coord(p: number[]): number[] }) => {
      const [x1, y1] = api.coord(from) as [number, number];
      const [x2, y2] = api.coord([api.value(0), api.value(1)]) as [number, number];
      const length = Math.max(1, Math.hypot(x2 - x1, y2 - y1));
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: theme.muted, lineWidth: 1.5 } },
          {
            type: 'text',
            style: {
              text: axes[api.value(2)]!.split(' (')[0]!,
              x: x2 + ((x2 - x1) / length) * 14,
              y: y2 + ((y2 - y1) / length) * 9,
              fill: theme.muted,
              font: `11px ${theme.font}`,
              textAlign: 'center',
              textVerticalAlign: 'middle',
            },
          },
        ],
      };
    },
    z: 5,
  };
}
