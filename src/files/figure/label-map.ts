import { invalid } from '../../core/base/errors.ts';
import type { Picture } from '../image.ts';
import { enlarge } from '../image.ts';
import { FAINT, INK, MUTED, PAPER, parseColor, REGION_COLORS, type RegionRole } from './palette.ts';
import { figure, formatLabel, image, path, rect, round, text, wrap, type Figure } from './svg.ts';

/** The lattice of labels: value of column i is x.first + i·x.spacing; row 0 is the smallest y, drawn at the top. */
export interface LabelLattice {
  readonly x: { readonly first: number; readonly spacing: number; readonly count: number };
  readonly y: { readonly first: number; readonly spacing: number; readonly count: number };
}

export interface MapRegion {
  readonly code: number;
  /** Legend entry, such as `held out: vertical`. */
  readonly name: string;
  readonly role: RegionRole;
}

export interface LabelMap {
  readonly title: string;
  readonly subtitle: string;
  readonly lattice: LabelLattice;
  /** (y.count, x.count) region codes */
  readonly codes: Uint8Array;
  /** In the legend's order; codes not listed are left white. Regions without labels are not shown. */
  readonly regions: readonly MapRegion[];
  /** Frame side N in label units: labels in [0, N) are in the frame. */
  readonly size: number;
}

/**
 * The label space coloured by what each label is to the dataset (Fig. 4b, 9, 11a, 12), with the frame's border,
 * axes in label units, and a legend with exact counts.
 * @throws CliffordError INVALID_INPUT when codes and lattice do not fit
 */
export function labelMapFigure(map: LabelMap): Figure {
  const { title, subtitle, lattice, codes, regions, size } = map;
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const shown = regions.filter((region) => counts.has(region.code));

  const plot = plotArea(lattice, codes.length);
  const elements = heading(title, subtitle, plot.left, plot.width + LEGEND_WIDTH);
  plot.top += elements.height;

  const colors = new Map(shown.map((r) => [r.code, REGION_COLORS[r.role]]));
  elements.push(
    image(
      plot.left,
      plot.top,
      plot.width,
      plot.height,
      mapPicture(lattice, (i) => colors.get(codes[i]!) ?? PAPER, plot),
    ),
  );
  elements.push(...axes(lattice, plot), ...frameBorder(lattice, size, plot));

  const legendX = plot.left + plot.width + 30;
  let y = plot.top + 4;
  const total = codes.length;
  for (const region of shown) {
    const count = counts.get(region.code)!;
    elements.push(rect(legendX, y, 14, 14, { fill: REGION_COLORS[region.role], stroke: '#00000030' }));
    for (const [i, line] of wrap(region.name, 12, LEGEND_WIDTH - 30).entries()) {
      if (i > 0) y += 16;
      elements.push(text(legendX + 22, y + 11.5, line));
    }
    elements.push(
      text(legendX + 22, y + 27, `${formatCount(count)}  (${formatShare(count / total)})`, {
        size: 11,
        color: MUTED,
      }),
    );
    y += 42;
  }
  elements.push(path(`M${legendX} ${y + 8}h14`, INK, 2), text(legendX + 22, y + 12, 'border of the frame'));
  elements.push(
    text(legendX + 22, y + 28, `${formatLabel(size)} × ${formatLabel(size)} px`, { size: 11, color: MUTED }),
  );
  elements.push(
    text(legendX, y + 56, `${formatCount(total)} labels on the lattice`, { size: 11, color: MUTED }),
  );
  elements.push(text(legendX, y + 72, spacingText(lattice), { size: 11, color: MUTED }));
  return figure(legendX + LEGEND_WIDTH, Math.max(plot.top + plot.height + 54, y + 90), elements, title);
}

const LEGEND_WIDTH = 250;
const PLOT_SIDE = 460;

/** CSS pixels. */
interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A square-pixel area for a lattice: its longer side is PLOT_SIDE, rounded so that coarse cells are whole. */
function plotArea({ x, y }: LabelLattice, length: number): PlotArea {
  if (x.count < 1 || y.count < 1 || x.count * y.count !== length) {
    throw invalid(`label map: got ${length} values, expected ${y.count}×${x.count} = ${x.count * y.count}`);
  }
  const [spanX, spanY] = [x.count * x.spacing, y.count * y.spacing];
  const scale = PLOT_SIDE / Math.max(spanX, spanY);
  const fit = (count: number, span: number) =>
    count <= PLOT_SIDE
      ? count * Math.max(1, Math.round((span * scale) / count))
      : Math.max(1, Math.round(span * scale));
  return { left: 68, top: 26, width: fit(x.count, spanX), height: fit(y.count, spanY) };
}

/** Title lines and their height, as the start of a figure's elements. */
function heading(
  title: string,
  subtitle: string,
  left: number,
  width: number,
): string[] & { height: number } {
  const elements: string[] = [];
  let y = 26;
  for (const line of wrap(title, 18, width, true)) {
    elements.push(text(left, y + 16, line, { size: 18, bold: true }));
    y += 25;
  }
  for (const line of wrap(subtitle, 12, width)) {
    elements.push(text(left, y + 13, line, { size: 12, color: MUTED }));
    y += 17;
  }
  return Object.assign(elements, { height: y - 26 + 16 });
}

/** One coloured cell for each label; cells large enough are set apart by a thin line of paper. */
function mapPicture({ x, y }: LabelLattice, colorOf: (index: number) => string, plot: PlotArea): Picture {
  const data = new Uint8Array(x.count * y.count * 3);
  for (let i = 0; i < x.count * y.count; i++) data.set(parseColor(colorOf(i)), i * 3);
  const small: Picture = { width: x.count, height: y.count, channels: 3, data };
  const side = Math.floor((2 * plot.width) / x.count);
  const square = side === Math.floor((2 * plot.height) / y.count);
  // More labels than pixels: the renderer averages.
  if (side < 1 || !square) return small;
  const picture = enlarge(small, side);
  if (side < 12) return picture;
  const paper = parseColor(PAPER);
  for (let row = 0; row < picture.height; row++) {
    for (let column = 0; column < picture.width; column++) {
      if (row % side === side - 1 || column % side === side - 1) {
        picture.data.set(paper, (row * picture.width + column) * 3);
      }
    }
  }
  return picture;
}

/** CSS position of a label value: a label's cell is centred on it. */
function position(axis: LabelLattice['x'], value: number, from: number, length: number): number {
  return from + (((value - axis.first) / axis.spacing + 0.5) / axis.count) * length;
}

function axes({ x, y }: LabelLattice, plot: PlotArea): string[] {
  const { left, top, width, height } = plot;
  const elements = [rect(left, top, width, height, { stroke: FAINT })];
  for (const value of ticks(x)) {
    const at = round(position(x, value, left, width));
    elements.push(path(`M${at} ${top + height}v5`, MUTED));
    elements.push(
      text(at, top + height + 18, formatLabel(value), { size: 11, color: MUTED, anchor: 'middle' }),
    );
  }
  for (const value of ticks(y)) {
    const at = round(position(y, value, top, height));
    elements.push(path(`M${left - 5} ${at}h5`, MUTED));
    elements.push(text(left - 9, at + 4, formatLabel(value), { size: 11, color: MUTED, anchor: 'end' }));
  }
  elements.push(text(left + width / 2, top + height + 40, 'x  (column, px)', { anchor: 'middle' }));
  elements.push(
    text(left - 46, top + height / 2, 'y  (row, px; downwards as in the image)', {
      anchor: 'middle',
      rotate: -90,
    }),
  );
  return elements;
}

/** The frame holds labels 0 ≤ v < N: its border runs half a spacing beside the outermost labels. */
function frameBorder({ x, y }: LabelLattice, size: number, plot: PlotArea): string[] {
  const left = position(x, -x.spacing / 2, plot.left, plot.width);
  const right = position(x, size - x.spacing / 2, plot.left, plot.width);
  const top = position(y, -y.spacing / 2, plot.top, plot.height);
  const bottom = position(y, size - y.spacing / 2, plot.top, plot.height);
  return [rect(left, top, right - left, bottom - top, { stroke: INK, strokeWidth: 2, className: 'frame' })];
}

/** About ten round values within the axis. */
function ticks({ first, spacing, count }: LabelLattice['x']): number[] {
  const last = first + spacing * (count - 1);
  const rough = Math.max((last - first) / 11, spacing / 2);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)!;
  const values: number[] = [];
  for (let i = Math.ceil(first / step - 1e-9); i * step <= last + spacing * 1e-6; i++) values.push(i * step);
  return values;
}

function spacingText({ x, y }: LabelLattice): string {
  return x.spacing === y.spacing
    ? `spacing ${formatLabel(x.spacing)} px`
    : `spacing ${formatLabel(x.spacing)} px in x, ${formatLabel(y.spacing)} px in y`;
}

export function formatCount(n: number): string {
  return n.toLocaleString('en-US');
}

function formatShare(share: number): string {
  return share > 0 && share < 0.001 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}
