import { sectionStyle, VIRIDIS } from './palettes.ts';
import { CYCLIC, paletteColor } from './scatter3d-palette.ts';
import type { ChartTheme } from './theme.ts';

/** How points are coloured, the same in every chart that shows them. */

export type ColorBy = 'x' | 'y' | 'accuracy' | 'section';

export interface ColoredLabels {
  readonly labels: readonly (readonly [x: number, y: number])[];
  readonly sections: readonly string[];
  /** Fraction of right images by point; null where none were made. */
  readonly accuracy: readonly (number | null)[];
  /** Ends of both axes in label units; of a periodic one, a whole turn. */
  readonly extent: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly periodic: boolean;
}

export interface PointColors {
  /** Such as `x (px)`. */
  readonly name: string;
  /** (n) `#rrggbb` */
  readonly colors: readonly string[];
  readonly scale: { readonly from: number; readonly to: number; readonly palette: readonly string[] } | null;
  readonly categories: readonly { readonly name: string; readonly color: string }[];
}

export function pointColors(
  by: ColorBy,
  { labels, sections, accuracy, extent, periodic }: ColoredLabels,
  theme: ChartTheme,
): PointColors {
  if (by === 'section') {
    const names = [...new Set(sections)];
    const categories = names.map((name) => ({ name, color: sectionStyle(name, names, theme).color }));
    const colorOf = new Map(categories.map(({ name, color }) => [name, color]));
    return { name: 'section', colors: sections.map((s) => colorOf.get(s)!), scale: null, categories };
  }
  if (by === 'accuracy') {
    const unknown = { name: 'not evaluated', color: theme.line };
    const colors = accuracy.map((value) => (value === null ? unknown.color : paletteColor(VIRIDIS, value)));
    return {
      name: 'accuracy',
      colors,
      scale: { from: 0, to: 1, palette: VIRIDIS },
      categories: accuracy.includes(null) ? [unknown] : [],
    };
  }
  const [from, to] = extent[by];
  const palette = periodic ? CYCLIC : VIRIDIS;
  const axis = by === 'x' ? 0 : 1;
  return {
    name: `${by} (px)`,
    colors: labels.map((label) => paletteColor(palette, (label[axis] - from) / (to - from))),
    scale: { from, to, palette },
    categories: [],
  };
}
