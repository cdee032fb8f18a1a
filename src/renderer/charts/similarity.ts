import { toCsv } from './csv.ts';
import type { EChartsOption } from './echarts.ts';
import { VIRIDIS } from './palettes.ts';
import { DIVERGING, paletteColor, rgbOf } from './scatter3d-palette.ts';
import { axis, type ChartTheme } from './theme.ts';

/** Similarity of every label's representation with every other's, and that of the nearest factorized code beside it. */
export interface Similarities {
  readonly measure: 'cosine' | 'correlation' | 'distance';
  /** (m) in the order of rows. */
  readonly labels: readonly (readonly [x: number, y: number])[];
  readonly order: 'x-then-y' | 'y-then-x';
  // (m, m) each
  readonly matrix: Float32Array;
  readonly factorized: Float32Array;
}

export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly palette: readonly string[];
}

/** One scale for both matrices: −1…1 for cosines and correlations, from 0 to the greatest distance else. */
export function scaleOf({ measure, matrix, factorized }: Similarities): Scale {
  if (measure !== 'distance') return { from: -1, to: 1, palette: DIVERGING };
  let most = 0;
  for (const values of [matrix, factorized]) for (const v of values) most = Math.max(most, v);
  return { from: 0, to: most || 1, palette: VIRIDIS };
}

/** (m, m, 4) of 0…255, one pixel for each pair; NaN is transparent. */
export function matrixPixels(
  values: Float32Array,
  { from, to, palette }: Scale,
): Uint8ClampedArray<ArrayBuffer> {
  const steps = 256;
  const table = Array.from({ length: steps }, (_, i) => rgbOf(paletteColor(palette, i / (steps - 1))));
  const pixels = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    const place = Math.min(steps - 1, Math.max(0, Math.round(((value - from) / (to - from)) * (steps - 1))));
    pixels.set([...table[place]!, 255], 4 * i);
  });
  return pixels;
}

/** Height in CSS pixels at which the two squares fill the width. */
export function similarityHeight(width: number): number {
  return Math.round((width - SIDES) / 2 + ENDS);
}

/** Pixels beside the two squares, and above and below them. */
const [SIDES, ENDS] = [60 + 46 + 84, 28 + 46];

/** Left edges of the two squares and their side, in CSS pixels. */
export function similarityLayout(
  width: number,
  height: number,
): { side: number; left: [number, number]; top: number } {
  const side = Math.max(60, Math.min((width - SIDES) / 2, height - ENDS));
  return { side, left: [60, 60 + side + 46], top: 28 };
}

/**
 * @param pictures of both matrices, from `matrixPixels`: hundreds of thousands of cells are drawn as one image each
 */
export function similarityOption(
  { measure, labels, order, matrix, factorized }: Similarities,
  pictures: readonly [unknown, unknown],
  { width, height }: { width: number; height: number },
  theme: ChartTheme,
): EChartsOption {
  const m = labels.length;
  const { side, left, top } = similarityLayout(width, height);
  const scale = scaleOf({ measure, labels, order, matrix, factorized });
  const [major, minor] = order === 'x-then-y' ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const block = blockSize(labels, major);
  const majorAt = (row: number): string =>
    short(labels[Math.min(m - 1, Math.floor(row))]![major === 'x' ? 0 : 1]);
  const ticks = {
    type: 'value',
    min: 0,
    max: m,
    interval: block * Math.max(1, Math.ceil(m / block / 8)),
  };
  const label = {
    color: theme.muted,
    fontSize: 11,
    hideOverlap: true,
    showMaxLabel: false,
    formatter: (row: number) => (row >= m ? '' : majorAt(row)),
  };
  const name = `${major} (px), ${minor} within`;
  const line = {
    splitLine: { show: true, lineStyle: { color: theme.ink, opacity: 0.12 } },
    axisLine: { show: false },
  };
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: left.map((at) => ({
      left: at,
      top,
      width: side,
      height: side,
      outerBoundsMode: 'none',
      show: true,
      borderColor: theme.line,
      backgroundColor: 'transparent',
    })),
    xAxis: [0, 1].map((i) => ({
      ...ticks,
      gridIndex: i,
      ...axis(theme, name, { nameGap: 26, axisLabel: label, ...line, z: 3 }),
    })),
    yAxis: [0, 1].map((i) => ({
      ...ticks,
      gridIndex: i,
      inverse: true,
      ...axis(theme, i === 0 ? name : '', {
        nameGap: 36,
        axisLabel: { ...label, show: i === 0 },
        ...line,
        z: 3,
      }),
    })),
    visualMap: {
      type: 'continuous',
      seriesIndex: 0,
      dimension: 0,
      min: scale.from,
      max: scale.to,
      inRange: { color: [...scale.palette] },
      calculable: false,
      hoverLink: false,
      orient: 'vertical',
      left: left[1] + side + 14,
      top,
      itemWidth: 12,
      itemHeight: Math.max(60, Math.min(200, side * 0.6)),
      text: [`${measure}\n${short(scale.to)}`, short(scale.from)],
      textStyle: { color: theme.ink, fontSize: 11, lineHeight: 14 },
    },
    series: [
      { type: 'scatter', name: 'colour scale', data: [], silent: true },
      ...pictures.map((image, i) => ({
        type: 'custom',
        name: TITLES[i],
        xAxisIndex: i,
        yAxisIndex: i,
        data: [[0, 0]],
        silent: true,
        animation: false,
        clip: true,
        z: 2,
        renderItem: () => ({
          type: 'group',
          children: [
            { type: 'image', style: { image, x: left[i], y: top, width: side, height: side } },
            {
              type: 'text',
              style: {
                text: TITLES[i],
                x: left[i]! + side / 2,
                y: top - 8,
                fill: theme.ink,
                font: `600 12px ${theme.font}`,
                textAlign: 'center',
                textVerticalAlign: 'bottom',
              },
            },
          ],
        }),
      })),
    ].map((series) => ({ ...series, clip: false })),
  } as EChartsOption;
}

const TITLES = ['Representation', 'Nearest factorized code'] as const;

/** Rows of one value of the major feature. */
export function blockSize(labels: Similarities['labels'], major: 'x' | 'y'): number {
  const axisIndex = major === 'x' ? 0 : 1;
  const next = labels.findIndex((label) => label[axisIndex] !== labels[0]?.[axisIndex]);
  return next <= 0 ? Math.max(1, labels.length) : next;
}

/** What stands at a pair of labels, in words; rows from 0. */
export function pairText(
  { measure, labels, matrix, factorized }: Similarities,
  row: number,
  column: number,
): string {
  const at = row * labels.length + column;
  const name = (i: number): string => `(${short(labels[i]![0])}, ${short(labels[i]![1])})`;
  return `${name(row)} with ${name(column)}: ${measure} ${matrix[at]!.toFixed(3)}, factorized ${factorized[at]!.toFixed(3)}`;
}

export function similarityCsv({ measure, labels, matrix, factorized }: Similarities): string {
  const m = labels.length;
  function* rows(): Generator<(string | number)[]> {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) {
        yield [...labels[i]!, ...labels[j]!, matrix[i * m + j]!, factorized[i * m + j]!];
      }
    }
  }
  return toCsv(['x', 'y', 'x′', 'y′', measure, `${measure} of the factorized code`], rows());
}

const short = (v: number): string => String(Number(v.toFixed(2)));
