import type { DatasetSpec } from '../../../../../core/dataset/spec.ts';
import { dimensionOf } from '../../../../../core/dataset/validate.ts';
import { rgbOf } from '../../../../components/regionPicture.ts';
import { partIndex, type LayerId } from '../model/layers.ts';

/** Colours of the canvas, read from the page's CSS variables once for each change of theme. */
export interface CanvasTheme {
  readonly dark: boolean;
  readonly paper: string;
  readonly panel: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly accent: string;
  readonly bad: string;
  readonly training: string;
  readonly stripes: string;
  readonly heldOut: string;
  readonly lesion: string;
  readonly uncovered: string;
}

const VARIABLES = {
  paper: '--paper',
  panel: '--panel',
  ink: '--ink',
  muted: '--muted',
  line: '--line',
  lineStrong: '--line-strong',
  accent: '--accent',
  bad: '--bad',
  training: '--layer-training',
  stripes: '--layer-stripes',
  heldOut: '--layer-held-out',
  lesion: '--layer-lesion',
  uncovered: '--layer-uncovered',
} as const;

export function readTheme(element: Element, dark: boolean): CanvasTheme {
  const style = getComputedStyle(element);
  const colors = Object.entries(VARIABLES).map(([key, name]) => [key, style.getPropertyValue(name).trim()]);
  return { ...(Object.fromEntries(colors) as Record<keyof typeof VARIABLES, string>), dark };
}

/** Layers are told apart by pattern as well as by hue. */
export type PatternKind = 'diagonal' | 'crosshatch' | 'dots' | 'rows';

export interface LayerStyle {
  /** A CSS colour, `#rrggbb`. */
  readonly color: string;
  readonly pattern: PatternKind;
}

/** Further hues of Okabe and Ito's palette, for parts beyond the first of their kind. */
const MORE = {
  light: ['#0072b2', '#cc79a7', '#8a7f00', '#5b6675', '#006d4f', '#9a4f00'],
  dark: ['#6fb0e8', '#e09bc2', '#f0e442', '#aab4c2', '#6fd0b0', '#e6a46a'],
} as const;

/** Colour of a part's training labels: the first 2D part and the first 1D part have the tokens' colours. */
export function partColor(theme: CanvasTheme, parts: DatasetSpec['parts'], index: number): string {
  const dimension = (i: number) => dimensionOf(parts[i]!.kind);
  const own = dimension(index);
  const first = parts.findIndex((_, i) => dimension(i) === own);
  if (index === first) return own === 2 ? theme.training : own === 1 ? theme.stripes : theme.uncovered;
  const later = parts
    .slice(0, index)
    .filter((_, i) => parts.findIndex((_p, k) => dimension(k) === dimension(i)) !== i);
  const hues = MORE[theme.dark ? 'dark' : 'light'];
  return hues[later.length % hues.length]!;
}

export function layerStyle(theme: CanvasTheme, parts: DatasetSpec['parts'], layer: LayerId): LayerStyle {
  if (layer === 'heldOut') return { color: theme.heldOut, pattern: 'diagonal' };
  if (layer === 'lesion') return { color: theme.lesion, pattern: 'crosshatch' };
  const index = partIndex(layer)!;
  const is2d = dimensionOf(parts[index]!.kind) === 2;
  return { color: partColor(theme, parts, index), pattern: is2d ? 'dots' : 'rows' };
}

/** Clusters by rank: the largest stands out, the others take turns. */
export function clusterColors(theme: CanvasTheme): readonly string[] {
  return theme.dark
    ? ['#74b7e6', '#e6a46a', '#e09bc2', '#f0e442', '#6fd0b0', '#aab4c2']
    : ['#0072b2', '#d55e00', '#cc79a7', '#b59f00', '#009e73', '#7a8694'];
}

/** 0xaabbggrr, as ImageData holds pixels on the little-endian machines that browsers run on. */
export function packColor(color: string, alpha: number): number {
  const [r, g, b] = rgbOf(color);
  return ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
