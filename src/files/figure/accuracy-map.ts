import { invalid } from '../../core/base/errors.ts';
import {
  axes,
  frameBorder,
  heading,
  mapPicture,
  plotArea,
  position,
  spacingText,
  type LabelLattice,
  type PlotArea,
} from './label-map.ts';
import { cividis, INK, MUTED } from './palette.ts';
import { figure, image, path, rect, round, text, type Figure } from './svg.ts';

export interface AccuracyMap {
  readonly title: string;
  readonly subtitle: string;
  readonly lattice: LabelLattice;
  /** (y.count, x.count) fractions in [0, 1]; NaN where nothing was evaluated. */
  readonly values: Float32Array;
  /** (y.count, x.count) not 0 where a region, such as the held-out one, is to be outlined. */
  readonly outline?: Uint8Array;
  readonly outlineName?: string;
  /** Frame side N in label units. */
  readonly size: number;
  /** What the colour means, such as `accuracy of x and y`. */
  readonly valueName: string;
}

/**
 * Accuracy over the label space (Fig. 4c–e as a map): one cell for each label, gray where nothing was evaluated.
 * @throws CliffordError INVALID_INPUT when sizes do not fit or a value is outside [0, 1]
 */
export function accuracyMapFigure(map: AccuracyMap): Figure {
  const { title, subtitle, lattice, values, outline, outlineName, size, valueName } = map;
  const bad = values.find((v) => v < 0 || v > 1);
  if (bad !== undefined) throw invalid(`accuracy map: got ${bad}, expected fractions from 0 to 1 or NaN`);
  if (outline && outline.length !== values.length) {
    throw invalid(`accuracy map: got an outline of ${outline.length} labels, expected ${values.length}`);
  }
  const plot = plotArea(lattice, values.length);
  const elements = heading(title, subtitle, plot.left, plot.width + SIDE);
  plot.top += elements.height;
  const colorOf = (i: number) => (Number.isNaN(values[i]!) ? MISSING : cividis(values[i]!));
  elements.push(image(plot.left, plot.top, plot.width, plot.height, mapPicture(lattice, colorOf, plot)));
  elements.push(...axes(lattice, plot), ...frameBorder(lattice, size, plot));
  if (outline) {
    const d = outlinePath(lattice, outline, plot);
    elements.push(path(d, '#ffffff', 4), path(d, OUTLINE, 2));
  }

  const left = plot.left + plot.width + 30;
  const [barTop, barHeight] = [plot.top + 26, 200];
  elements.push(text(left, plot.top + 12, valueName, { size: 12, bold: true }));
  for (let i = 0; i < barHeight; i += 2) {
    elements.push(rect(left, barTop + i, 16, 2.5, { fill: cividis(1 - i / (barHeight - 2)) }));
  }
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    const y = barTop + (1 - value) * barHeight;
    elements.push(
      path(`M${left + 16} ${round(y)}h5`, MUTED),
      text(left + 26, y + 4, value.toFixed(2), { size: 11, color: MUTED }),
    );
  }
  let y = barTop + barHeight + 24;
  const keys: [string, string][] = [];
  if (values.some(Number.isNaN)) {
    elements.push(
      rect(left, y, 14, 14, { fill: MISSING, stroke: '#00000030' }),
      text(left + 22, y + 11.5, 'not evaluated'),
    );
    y += 24;
  }
  if (outline) keys.push([OUTLINE, outlineName ?? 'held out']);
  keys.push([INK, 'border of the frame']);
  for (const [color, name] of keys) {
    elements.push(path(`M${left} ${y + 7}h14`, color, 2.5), text(left + 22, y + 11.5, name));
    y += 24;
  }
  elements.push(text(left, y + 20, spacingText(lattice), { size: 11, color: MUTED }));
  return figure(left + SIDE, Math.max(plot.top + plot.height + 54, y + 40), elements, title);
}

const SIDE = 200;
const MISSING = '#e4e7ec';
const OUTLINE = '#d55e00';

/** The border between labels inside and outside a region, along the cells' edges. */
function outlinePath({ x, y }: LabelLattice, inside: Uint8Array, plot: PlotArea): string {
  const at = (row: number, column: number) =>
    row >= 0 && row < y.count && column >= 0 && column < x.count && inside[row * x.count + column] !== 0;
  const px = (column: number) =>
    round(position(x, x.first + (column - 0.5) * x.spacing, plot.left, plot.width));
  const py = (row: number) => round(position(y, y.first + (row - 0.5) * y.spacing, plot.top, plot.height));
  const parts: string[] = [];
  // Runs of equal edges become one line each.
  for (let row = 0; row <= y.count; row++) {
    for (let column = 0; column < x.count; column++) {
      const start = column;
      while (column < x.count && at(row, column) !== at(row - 1, column)) column++;
      if (column > start) parts.push(`M${px(start)} ${py(row)}H${px(column)}`);
    }
  }
  for (let column = 0; column <= x.count; column++) {
    for (let row = 0; row < y.count; row++) {
      const start = row;
      while (row < y.count && at(row, column) !== at(row, column - 1)) row++;
      if (row > start) parts.push(`M${px(column)} ${py(start)}V${py(row)}`);
    }
  }
  return parts.join('');
}
