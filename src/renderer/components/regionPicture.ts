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

function rgbOf(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
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
