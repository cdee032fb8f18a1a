import { invalid } from '../../core/base/errors.ts';
import { enlarge, grayPicture } from '../image.ts';
import { FAINT, INK, MUTED, RIGHT, TRUTH, WRONG } from './palette.ts';
import {
  estimateWidth,
  figure,
  formatLabel,
  image,
  path,
  PIXEL_RATIO,
  rect,
  text,
  wrap,
  type Figure,
} from './svg.ts';

/** One label with its ground truth and what the model made of it. */
export interface SheetItem {
  readonly x: number;
  readonly y: number;
  /** (N, N) in [-1, 1] */
  readonly truth: Float32Array;
  readonly samples: readonly { readonly image: Float32Array; readonly ok: boolean }[];
}

export interface SheetSection {
  readonly name: string;
  /** Shown beside the name, such as `both 0.97 · x 0.99 · y 0.98`. */
  readonly accuracyText: string;
  readonly items: readonly SheetItem[];
}

export interface SheetPanel {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly SheetSection[];
}

export interface Sheet extends SheetPanel {
  /** Image side N. */
  readonly size: number;
  /** Labels side by side before a section breaks into a further block. */
  readonly columns?: number;
}

/**
 * A run at a glance: for each section its accuracy and a block of columns, one for each label, the ground truth
 * on top and the samples below it. Wrong samples are framed and marked at a corner.
 * @throws CliffordError INVALID_INPUT when there is nothing to draw or an image has another size than N×N
 */
export function renderSheet(sheet: Sheet): Figure {
  const { title, subtitle, size, columns = 12, sections } = sheet;
  // The sheet's own title is the page's: its panel has none.
  const panels = [{ title: '', subtitle: '', sections }];
  return renderComparison({ title, subtitle, size, columns, panels });
}

/** Several runs side by side under one title, for example without and with 1D stripes (Fig. 4). */
export function renderComparison(comparison: {
  readonly title: string;
  readonly subtitle: string;
  readonly size: number;
  readonly columns?: number;
  readonly panels: readonly SheetPanel[];
}): Figure {
  const { title, subtitle, size, columns = 6, panels } = comparison;
  const layout = layoutOf(size, columns, panels);

  const elements: string[] = [];
  const contentWidth = panels.length * layout.panelWidth + (panels.length - 1) * PANEL_GAP;
  let y = MARGIN;
  for (const line of wrap(title, 20, contentWidth, true)) {
    elements.push(text(MARGIN, y + 18, line, { size: 20, bold: true }));
    y += 27;
  }
  for (const line of wrap(subtitle, 12.5, contentWidth)) {
    elements.push(text(MARGIN, y + 14, line, { size: 12.5, color: MUTED }));
    y += 18;
  }
  y += 10;
  const key = legend(MARGIN, y, contentWidth);
  elements.push(...key.elements);
  y = key.bottom;

  let bottom = y;
  panels.forEach((panel, i) => {
    const left = MARGIN + i * (layout.panelWidth + PANEL_GAP);
    const drawn = drawPanel(panel, left, y, layout);
    elements.push(...drawn.elements);
    bottom = Math.max(bottom, drawn.bottom);
  });
  for (let i = 1; i < panels.length; i++) {
    const x = MARGIN + i * (layout.panelWidth + PANEL_GAP) - PANEL_GAP / 2;
    elements.push(path(`M${x} ${y + 4}V${bottom - 4}`, FAINT));
  }
  return figure(contentWidth + 2 * MARGIN, bottom + MARGIN - 10, elements, title);
}

const NBSP = '\u00a0';
const MARGIN = 26;
const PANEL_GAP = 44;
/** Left of the columns: the names of the rows. */
const ROW_NAMES = 66;
/** Between the columns; leaves room for the frames. */
const GAP = 8;

interface Layout {
  size: number;
  columns: number;
  /** Side of a drawn image, a whole multiple of N. */
  cell: number;
  panelWidth: number;
}

function layoutOf(size: number, columns: number, panels: readonly SheetPanel[]): Layout {
  const items = panels.flatMap((panel) => panel.sections.map((section) => section.items.length));
  const most = Math.max(0, ...items);
  if (most === 0) throw invalid('picture: got no labels to draw, expected at least one');
  const cell = size * Math.max(1, Math.round(56 / size));
  const across = Math.min(columns, most);
  return { size, columns: across, cell, panelWidth: Math.max(470, ROW_NAMES + across * (cell + GAP)) };
}

function drawPanel(
  panel: SheetPanel,
  left: number,
  top: number,
  layout: Layout,
): { elements: string[]; bottom: number } {
  const elements: string[] = [];
  let y = top;
  if (panel.title) {
    for (const line of wrap(panel.title, 15, layout.panelWidth, true)) {
      elements.push(text(left, y + 14, line, { size: 15, bold: true }));
      y += 21;
    }
    for (const line of wrap(panel.subtitle, 11.5, layout.panelWidth)) {
      elements.push(text(left, y + 12, line, { size: 11.5, color: MUTED }));
      y += 16;
    }
    y += 8;
  }
  for (const section of panel.sections) {
    const drawn = drawSection(section, left, y, layout);
    elements.push(...drawn.elements);
    y = drawn.bottom + 16;
  }
  return { elements, bottom: y };
}

function drawSection(
  section: SheetSection,
  left: number,
  top: number,
  layout: Layout,
): { elements: string[]; bottom: number } {
  const { panelWidth, columns, cell } = layout;
  const elements = [path(`M${left} ${top + 0.5}H${left + panelWidth}`, FAINT)];
  let y = top + 21;
  elements.push(text(left, y, section.name, { size: 13.5, bold: true }));
  const nameWidth = estimateWidth(section.name, 13.5, true);
  const oneLine = nameWidth + 24 + estimateWidth(section.accuracyText, 12) <= panelWidth;
  if (oneLine) {
    elements.push(text(left + panelWidth, y, section.accuracyText, { size: 12, color: INK, anchor: 'end' }));
  } else {
    // Lines break between the parts only, not within `x 0.70`.
    const accuracy = section.accuracyText.replaceAll(' ', NBSP).replaceAll(`${NBSP}·${NBSP}`, `${NBSP}· `);
    for (const line of wrap(accuracy, 12, panelWidth)) {
      y += 17;
      elements.push(text(left, y, line, { size: 12, color: INK }));
    }
  }
  y += 8;
  if (section.items.length === 0) {
    elements.push(text(left, y + 14, 'no labels in this section', { color: MUTED }));
    return { elements, bottom: y + 18 };
  }
  for (let first = 0; first < section.items.length; first += columns) {
    const block = section.items.slice(first, first + columns);
    const rows = Math.max(...block.map((item) => item.samples.length));
    elements.push(text(left, y + 11, 'x, y', { size: 10.5, color: MUTED }));
    elements.push(text(left, y + 18 + cell / 2 + 4, 'truth', { size: 11.5, color: TRUTH }));
    if (rows > 0) {
      const middle = y + 18 + cell + GAP + (rows * (cell + 6) - 6) / 2 + 4;
      elements.push(text(left, middle, rows === 1 ? 'sample' : 'samples', { size: 11.5, color: MUTED }));
    }
    block.forEach((item, i) => {
      const x = left + ROW_NAMES + i * (cell + GAP);
      elements.push(...drawItem(item, x, y, layout));
    });
    y += 18 + cell + GAP + rows * (cell + 6) + 6;
  }
  return { elements, bottom: y };
}

function drawItem(item: SheetItem, x: number, y: number, { size, cell }: Layout): string[] {
  const draw = (pixels: Float32Array, top: number) =>
    image(x, top, cell, cell, enlarge(grayPicture(pixels, size), (cell / size) * PIXEL_RATIO));
  const label = `${formatLabel(item.x)}, ${formatLabel(item.y)}`;
  // Long labels, such as 12.35, 7.85, must not run into the next column.
  const fontSize = Math.min(10.5, (10.5 * (cell + GAP - 4)) / estimateWidth(label, 10.5));
  const elements = [
    text(x + cell / 2, y + 11, label, { size: Math.floor(fontSize * 2) / 2, color: MUTED, anchor: 'middle' }),
  ];
  elements.push(
    draw(item.truth, y + 18),
    rect(x - 1, y + 17, cell + 2, cell + 2, { stroke: TRUTH, strokeWidth: 2 }),
  );
  let top = y + 18 + cell + GAP;
  for (const sample of item.samples) {
    elements.push(draw(sample.image, top), ...frame(x, top, cell, sample.ok));
    top += cell + 6;
  }
  return elements;
}

/** Wrong is told by more than its colour: a thick frame and a filled corner. */
function frame(x: number, y: number, side: number, ok: boolean): string[] {
  if (ok) return [rect(x - 0.5, y - 0.5, side + 1, side + 1, { stroke: RIGHT, className: 'right' })];
  const c = Math.min(12, side / 4);
  return [
    rect(x - 1, y - 1, side + 2, side + 2, { stroke: WRONG, strokeWidth: 2.5, className: 'wrong' }),
    path(`M${x + side - c} ${y}h${c}v${c}z`, WRONG, 0.5, WRONG),
  ];
}

function legend(left: number, top: number, width: number): { elements: string[]; bottom: number } {
  const entries: [string, (x: number, y: number) => string[]][] = [
    ['ground truth', (x, y) => [rect(x + 1, y + 1, 11, 11, { fill: INK, stroke: TRUTH, strokeWidth: 2 })]],
    ['right', (x, y) => [rect(x, y, 13, 13, { fill: INK }), ...frame(x, y, 13, true)]],
    [
      'wrong: off by the tolerance or more, no object, or several',
      (x, y) => [rect(x, y, 13, 13, { fill: INK }), ...frame(x, y, 13, false)],
    ],
  ];
  const elements: string[] = [];
  let x = left + 1;
  let y = top;
  for (const [name, symbol] of entries) {
    const advance = 20 + estimateWidth(name, 11.5);
    if (x > left + 1 && x + advance > left + width + MARGIN) {
      x = left + 1;
      y += 20;
    }
    elements.push(...symbol(x, y), text(x + 20, y + 11, name, { size: 11.5, color: MUTED }));
    x += advance + 22;
  }
  return { elements, bottom: y + 26 };
}
