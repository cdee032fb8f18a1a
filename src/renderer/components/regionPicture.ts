import { CliffordError } from '../../core/base/errors.ts';

/** Pictures of label spaces, for thumbnails. A table shows a hundred, so colours are read once for each theme. */

const LAYERS: Readonly<Record<string, string>> = {
  t: '--layer-training',
  s: '--layer-stripes',
  h: '--layer-held-out',
  l: '--layer-lesion',
  u: '--layer-uncovered',
};

export type LayerColors = ReadonlyMap<string, readonly [red: number, green: number, blue: number]>;

const known = new Map<boolean, LayerColors>();

/** Colours of the cells of `RegionThumbnail.cells` in the theme that is shown (style/tokens.css). */
export function layerColors(dark: boolean): LayerColors {
  let colors = known.get(dark);
  if (!colors) {
    const style = getComputedStyle(document.documentElement);
    colors = new Map(
      Object.entries(LAYERS).map(([cell, name]) => [cell, rgbOf(style.getPropertyValue(name).trim())]),
    );
    known.set(dark, colors);
  }
  return colors;
}

/** Of `#rrggbb`, or `#rgb`, which builds make of it where they can. */
export function rgbOf(hex: string): [number, number, number] {
  const digits = hex.slice(1);
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  if (!/^#[0-9a-f]+$/i.test(hex) || full.length !== 6) {
    throw new CliffordError('INTERNAL', `a layer's colour: got "${hex}", expected #rrggbb or #rgb`);
  }
  const value = Number.parseInt(full, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Cells without a colour are transparent. */
export function pictureOf(side: number, cells: string, colors: LayerColors): ImageData {
  const picture = new ImageData(side, side);
  const { data } = picture;
  for (let i = 0; i < cells.length; i++) {
    const color = colors.get(cells[i]!);
    if (color === undefined) continue;
    data.set(color, 4 * i);
    data[4 * i + 3] = 255;
  }
  return picture;
}
